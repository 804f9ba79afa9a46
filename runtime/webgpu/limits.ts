/**
 * The limits of a device that generated kernels can meet, and the check of a module against them.
 *
 * A device serves modules that are loaded after it was made, so it is made with everything the adapter
 * offers of these limits (and of no others).
 *
 * @module
 */
import { type ModuleLayout, shapeText, type TensorPlace } from "../module_layout.ts";
import type { KernelSpec, ShaderSpec } from "../spec.ts";

/** The limits that matter to compute kernels over storage buffers. */
export const LIMIT_NAMES = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupSizeZ",
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
] as const;

/** Name of one of the limits that matter here. */
export type LimitName = typeof LIMIT_NAMES[number];

/** A number for each limit. */
export type Limits = Readonly<Record<LimitName, number>>;

/** What to ask a device for: all that is available, or less where `most` says so. */
export function limitsToRequest(available: Limits, most: Partial<Limits> = {}): Limits {
  const limit = (name: LimitName) =>
    // Some adapters offer more than JavaScript counts exactly.
    [name, Math.min(available[name], most[name] ?? Infinity, Number.MAX_SAFE_INTEGER)] as const;
  // Object.fromEntries forgets the names, which are exactly those of LIMIT_NAMES.
  return Object.fromEntries(LIMIT_NAMES.map(limit)) as Limits;
}

/** Which of a kernel's two texts is to run. */
export type ShaderChoice = (kernel: KernelSpec<string>) => ShaderSpec<string>;

/** Refuses a module that needs more than the device has. To be called before anything is allocated. */
export function checkLimits(layout: ModuleLayout, limits: Limits, choose: ShaderChoice): void {
  for (const [programName, program] of Object.entries(layout.spec.programs)) {
    for (const kernel of program.kernels) {
      const check = (limit: LimitName, wanted: number, what: string) => {
        if (wanted <= limits[limit]) return;
        throw new RangeError(
          `Cannot load module "${layout.spec.name}": kernel "${kernel.name}" of layer ` +
            `"${kernel.layer}" in program "${programName}" needs ${what}, and ${limit} of this ` +
            `device is ${limits[limit]}; choose smaller dims, or another backend`,
        );
      };
      check(
        "maxStorageBuffersPerShaderStage",
        kernel.bindings.length,
        `${kernel.bindings.length} storage buffers`,
      );
      checkWorkgroups(choose(kernel), layout, check);
      for (const { tensor } of kernel.bindings) {
        const place = layout.tensors.get(tensor);
        if (place !== undefined) checkBuffer(place, layout, check);
      }
    }
  }
}

/** Size of the buffer that holds a slot: never empty, and whole vectors of four. */
export function bufferBytes(slotBytes: number): number {
  return Math.max(16, Math.ceil(slotBytes / 16) * 16);
}

type Check = (limit: LimitName, wanted: number, what: string) => void;

function checkWorkgroups(shader: ShaderSpec<string>, layout: ModuleLayout, check: Check): void {
  const [x, y, z] = shader.workgroupSize;
  const size = `a workgroup of ${x} × ${y} × ${z}`;
  check("maxComputeWorkgroupSizeX", x, size);
  check("maxComputeWorkgroupSizeY", y, size);
  check("maxComputeWorkgroupSizeZ", z, size);
  check("maxComputeInvocationsPerWorkgroup", x * y * z, size);
  const groups = shader.workgroups(layout.dims);
  check(
    "maxComputeWorkgroupsPerDimension",
    Math.max(...groups),
    `${groups.join(" × ")} workgroups`,
  );
}

function checkBuffer(place: TensorPlace, layout: ModuleLayout, check: Check): void {
  const bytes = bufferBytes(layout.slotBytes[place.spec.slot] ?? 0);
  const what = `${bytes} bytes in one buffer for ${shapeText(place, layout.dims)}`;
  check("maxBufferSize", bytes, what);
  check("maxStorageBufferBindingSize", bytes, what);
}
