/**
 * Makes a module ready to run on a GPU device: pipelines, one buffer per slot, bind groups, and what its
 * queue works with. Nothing is made afterwards.
 *
 * @module
 */
import type { ModuleLayout } from "../module_layout.ts";
import type { KernelSpec, LaunchBinding, LaunchSpec, ProgramSpec } from "../spec.ts";
import { messageOf } from "../wording.ts";
import type { Device } from "./device.ts";
import { KernelClock, MOST_TIMED_LAUNCHES, type TimedKernel } from "./kernel_clock.ts";
import { checkFeatures } from "./features.ts";
import { bufferBytes, checkLimits, type LaunchesOf } from "./limits.ts";
import { essence } from "./messages.ts";
import { bindsUniforms, type Pipeline, Pipelines } from "./pipelines.ts";
import { RUNS_PER_SUBMIT } from "./run_queue.ts";
import { uniformBytes, UniformRing } from "./uniform_ring.ts";
import { uploadBytes, UploadRing } from "./upload_ring.ts";

/** A launch that needs only to be dispatched. */
export interface PreparedLaunch {
  readonly shader: LaunchSpec<string>;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  /** True if the bind group takes the offset of the run's uniforms. */
  readonly bindsUniforms: boolean;
}

/** A kernel that needs only to be dispatched. */
export interface PreparedKernel {
  readonly spec: KernelSpec<string>;
  readonly launches: readonly PreparedLaunch[];
  /** Where its times go; absent if none are taken. */
  readonly timed: TimedKernel | undefined;
}

/** A program that needs only its uniforms. */
export interface PreparedProgram {
  readonly spec: ProgramSpec<string>;
  readonly kernels: readonly PreparedKernel[];
}

/** A module in a device's memory. */
export interface PreparedModule {
  readonly slots: readonly GPUBuffer[];
  readonly programs: ReadonlyMap<string, PreparedProgram>;
  /** Absent if no kernel has a use for it. */
  readonly uniforms: UniformRing | undefined;
  /** Absent if no program has an input. */
  readonly uploads: UploadRing | undefined;
  /** Absent unless the device takes times. */
  readonly clock: KernelClock | undefined;
  /** Every buffer of the module but the clock's, to be destroyed with it. */
  readonly buffers: readonly GPUBuffer[];
}

/** A launch with its compiled pipeline. */
interface CompiledLaunch extends Pipeline {
  readonly shader: LaunchSpec<string>;
  readonly buffers: readonly LaunchBinding[];
  readonly withUniforms: boolean;
}

/** A kernel of a program with its compiled launches. */
interface CompiledKernel {
  readonly spec: KernelSpec<string>;
  readonly launches: readonly CompiledLaunch[];
}

/** Checks, compiles, then allocates, so that a module that cannot run costs no memory. */
export async function prepare(
  device: Device,
  layout: ModuleLayout,
  launchesOf: LaunchesOf,
): Promise<PreparedModule> {
  const action = `load module "${layout.spec.name}"`;
  device.check(action);
  checkFeatures(layout.spec, device.gpu.features);
  checkLimits(layout, device.limits, launchesOf);
  if (device.profile) checkTimedLaunches(layout, launchesOf);
  const compiled = await compileAll(device, layout, launchesOf);
  device.check(action);
  const failed = compiled.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  const kernels = compiled.flatMap((result) => result.status === "fulfilled" ? [result.value] : []);
  return await allocate(device, layout, kernels, launchesOf);
}

/** Launches of the largest program. */
function mostLaunches({ spec }: ModuleLayout, launchesOf: LaunchesOf): number {
  const counts = Object.values(spec.programs).map(({ kernels }) =>
    kernels.reduce((sum, kernel) => sum + launchesOf(kernel).launches.length, 0)
  );
  return Math.max(0, ...counts);
}

function checkTimedLaunches(layout: ModuleLayout, launchesOf: LaunchesOf): void {
  const launches = mostLaunches(layout, launchesOf);
  if (launches <= MOST_TIMED_LAUNCHES) return;
  throw new RangeError(
    `Cannot load module "${layout.spec.name}" and time its kernels: a program launches ${launches}, ` +
      `and WebGPU times ${MOST_TIMED_LAUNCHES} at once; open the backend without profile: true`,
  );
}

/** Compiles in parallel; a fault of one leaves none half done. */
function compileAll(
  device: Device,
  layout: ModuleLayout,
  launchesOf: LaunchesOf,
): Promise<PromiseSettledResult<CompiledKernel>[]> {
  const pipelines = new Pipelines(device);
  const compilations = Object.entries(layout.spec.programs).flatMap(([program, spec]) =>
    spec.kernels.map(async (kernel): Promise<CompiledKernel> => {
      const withUniforms = bindsUniforms(spec, kernel);
      const launches = launchesOf(kernel).launches.map(async (shader): Promise<CompiledLaunch> => {
        const buffers = shader.bindings ?? kernel.bindings;
        const use = { layout, program, kernel, shader };
        return {
          ...await pipelines.get(use, buffers, withUniforms),
          shader,
          buffers,
          withUniforms,
        };
      });
      return { spec: kernel, launches: await Promise.all(launches) };
    })
  );
  return Promise.allSettled(compilations);
}

async function allocate(
  device: Device,
  layout: ModuleLayout,
  compiled: readonly CompiledKernel[],
  launchesOf: LaunchesOf,
): Promise<PreparedModule> {
  const buffers: GPUBuffer[] = [];
  let clock: KernelClock | undefined;
  const create = (label: string, size: number, usage: number) => {
    const buffer = device.buffers.create(`${layout.spec.name}/${label}`, size, usage);
    buffers.push(buffer);
    return buffer;
  };
  try {
    const { value, fault } = device.watch(() => {
      clock = device.profile
        ? new KernelClock(
          device,
          layout.spec.name,
          RUNS_PER_SUBMIT * mostLaunches(layout, launchesOf),
        )
        : undefined;
      const memory = createMemory(device, layout, compiled, create, launchesOf);
      const programs = createPrograms(device, layout, compiled, memory, clock);
      return { ...memory, programs, clock, buffers };
    });
    const found = await fault;
    if (found !== null) throw new Error(essence(found.message));
    return value;
  } catch (cause) {
    clock?.dispose();
    for (const buffer of buffers) device.buffers.destroy(buffer);
    const bytes = layout.slotBytes.reduce((sum, size) => sum + bufferBytes(size), 0);
    throw new Error(
      `Cannot load module "${layout.spec.name}", which takes ${bytes} bytes on ` +
        `${device.info.adapter}: ${messageOf(cause)}; choose a smaller batch, or another backend`,
      { cause },
    );
  }
}

type CreateBuffer = (label: string, size: number, usage: number) => GPUBuffer;

/** The memory of a module. */
interface Memory extends Pick<PreparedModule, "slots" | "uniforms" | "uploads"> {
  /** Where the launches of a kernel hand sums on; kernels take turns. Absent if none needs it. */
  readonly partials: GPUBuffer | undefined;
}

function createMemory(
  device: Device,
  layout: ModuleLayout,
  compiled: readonly CompiledKernel[],
  create: CreateBuffer,
  launchesOf: LaunchesOf,
): Memory {
  const { STORAGE, UNIFORM, COPY_SRC, COPY_DST } = GPUBufferUsage;
  const programs = Object.values(layout.spec.programs);
  const slots = layout.slotBytes.map((bytes, slot) =>
    create(`slot ${slot}`, bufferBytes(bytes), STORAGE | COPY_SRC | COPY_DST)
  );
  const partialBytes = Math.max(
    0,
    ...compiled.map(({ spec }) => launchesOf(spec).partialBytes?.(layout.dims) ?? 0),
  );
  const unit = device.gpu.limits.minUniformBufferOffsetAlignment;
  const fields = Math.max(...programs.map(({ uniforms }) => uniforms.length));
  const stride = Math.ceil(uniformBytes(fields) / unit) * unit;
  const usesUniforms = compiled.some(({ launches }) => launches.some((each) => each.withUniforms));
  const uploads = uploadBytes(largestInputs(layout), RUNS_PER_SUBMIT);
  return {
    slots,
    partials: partialBytes === 0
      ? undefined
      : create("partial sums", bufferBytes(partialBytes), STORAGE),
    uniforms: usesUniforms
      ? new UniformRing(
        create("uniforms", stride * RUNS_PER_SUBMIT, UNIFORM | COPY_DST),
        stride,
        RUNS_PER_SUBMIT,
      )
      : undefined,
    uploads: uploads === 0
      ? undefined
      : new UploadRing(create("uploads", uploads, COPY_SRC | COPY_DST)),
  };
}

/** Bytes of all inputs of the program that has the largest; tables of bytes are not filled between runs. */
function largestInputs({ spec, tensors }: ModuleLayout): number {
  const bytesOf = (name: string): number => {
    const place = tensors.get(name);
    return place === undefined || place.spec.dtype === "u8" ? 0 : place.bytes;
  };
  const sizes = Object.values(spec.programs).map(({ inputs }) =>
    inputs.reduce((sum, name) => sum + bytesOf(name), 0)
  );
  return Math.max(0, ...sizes);
}

function createPrograms(
  device: Device,
  layout: ModuleLayout,
  compiled: readonly CompiledKernel[],
  memory: Memory,
  clock: KernelClock | undefined,
): Map<string, PreparedProgram> {
  const programs = new Map<string, PreparedProgram>();
  // Compiled kernels stand in the order of the programs.
  let next = 0;
  for (const [name, spec] of Object.entries(layout.spec.programs)) {
    const kernels = compiled.slice(next, next += spec.kernels.length);
    programs.set(name, {
      spec,
      kernels: kernels.map((kernel): PreparedKernel => ({
        spec: kernel.spec,
        timed: clock?.add(name, kernel.spec.name),
        launches: kernel.launches.map((launch) => ({
          shader: launch.shader,
          pipeline: launch.pipeline,
          bindsUniforms: launch.withUniforms,
          bindGroup: bindGroup(device, layout, kernel.spec, launch, memory),
        })),
      })),
    });
  }
  return programs;
}

function bindGroup(
  device: Device,
  layout: ModuleLayout,
  { layer, name }: KernelSpec<string>,
  launch: CompiledLaunch,
  { slots, partials, uniforms }: Memory,
): GPUBindGroup {
  const resources = launch.buffers.flatMap(({ tensor }): GPUBufferBinding[] => {
    const buffer = tensor === null ? partials : slots[layout.tensors.get(tensor)?.spec.slot ?? -1];
    return buffer === undefined ? [] : [{ buffer }];
  });
  if (launch.withUniforms && uniforms !== undefined) {
    resources.push({ buffer: uniforms.buffer, size: uniforms.stride });
  }
  return device.gpu.createBindGroup({
    label: `${layer}/${name}`,
    layout: launch.bindings,
    entries: resources.map((resource, binding) => ({ binding, resource })),
  });
}
