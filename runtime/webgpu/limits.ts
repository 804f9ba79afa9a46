/**
 * The limits of a device that generated kernels can meet, and the check of a module against them.
 *
 * A device serves modules that are loaded after it was made, so it is made with everything the adapter
 * offers of these limits (and of no others).
 *
 * @module
 */
import { type ModuleLayout, shapeText } from "../module_layout.ts";
import type { KernelSpec, LaunchesSpec, ShaderSpec } from "../spec.ts";

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

/** Which of a kernel's texts are to run. */
export type LaunchesOf = (kernel: KernelSpec<string>) => LaunchesSpec<string>;

/** Refuses a module that needs more than the device has. To be called before anything is allocated. */
export function checkLimits(layout: ModuleLayout, limits: Limits, launchesOf: LaunchesOf): void {
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
      const chosen = launchesOf(kernel);
      for (const launch of chosen.launches) {
        const count = (launch.bindings ?? kernel.bindings).length;
        check("maxStorageBuffersPerShaderStage", count, `${count} storage buffers`);
        checkWorkgroups(launch, layout, check);
      }
      for (const { tensor } of kernel.bindings) {
        const place = layout.tensors.get(tensor);
        if (place === undefined) continue;
        checkBuffer(layout.slotBytes[place.spec.slot] ?? 0, shapeText(place, layout.dims), check);
      }
      checkBuffer(chosen.partialBytes?.(layout.dims) ?? 0, "its partial sums", check);
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
  const { workgroupMemory = 0 } = shader;
  check("maxComputeWorkgroupStorageSize", workgroupMemory, `${workgroupMemory} bytes to share`);
  const groups = shader.workgroups(layout.dims);
  check(
    "maxComputeWorkgroupsPerDimension",
    Math.max(...groups),
    `${groups.join(" × ")} workgroups`,
  );
}

function checkBuffer(contentBytes: number, content: string, check: Check): void {
  const bytes = bufferBytes(contentBytes);
  const what = `${bytes} bytes in one buffer for ${content}`;
  check("maxBufferSize", bytes, what);
  check("maxStorageBufferBindingSize", bytes, what);
}
