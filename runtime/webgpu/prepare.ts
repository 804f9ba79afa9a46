/**
 * Makes a module ready to run on a GPU device: pipelines, one buffer per slot, bind groups. Nothing is
 * made afterwards.
 *
 * @module
 */
import type { ModuleLayout } from "../module_layout.ts";
import type { KernelSpec, ProgramSpec, ShaderSpec } from "../spec.ts";
import { messageOf } from "../wording.ts";
import type { Device } from "./device.ts";
import { bufferBytes, checkLimits, type ShaderChoice } from "./limits.ts";
import { essence } from "./messages.ts";
import { bindsUniforms, type Pipeline, Pipelines } from "./pipelines.ts";
import { UniformBlock, uniformBytes } from "./uniform_block.ts";

/** A kernel that needs only to be dispatched. */
export interface PreparedKernel {
  readonly spec: KernelSpec<string>;
  readonly shader: ShaderSpec<string>;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
}

/** A program that needs only its uniforms. */
export interface PreparedProgram {
  readonly spec: ProgramSpec<string>;
  /** Absent if no kernel has a use for it. */
  readonly uniforms: UniformBlock | undefined;
  readonly kernels: readonly PreparedKernel[];
}

/** A module in a device's memory. */
export interface PreparedModule {
  readonly slots: readonly GPUBuffer[];
  readonly programs: ReadonlyMap<string, PreparedProgram>;
  /** Every buffer of the module, to be destroyed with it. */
  readonly buffers: readonly GPUBuffer[];
}

/** A kernel of a program with its compiled pipeline. */
interface CompiledKernel extends Pipeline {
  readonly spec: KernelSpec<string>;
  readonly shader: ShaderSpec<string>;
}

/** Checks, compiles, then allocates, so that a module that cannot run costs no memory. */
export async function prepare(
  device: Device,
  layout: ModuleLayout,
  choose: ShaderChoice,
): Promise<PreparedModule> {
  const action = `load module "${layout.spec.name}"`;
  device.check(action);
  checkLimits(layout, device.limits, choose);
  const compiled = await compileAll(device, layout, choose);
  device.check(action);
  const failed = compiled.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  const kernels = compiled.flatMap((result) => result.status === "fulfilled" ? [result.value] : []);
  return await allocate(device, layout, kernels);
}

/** Compiles in parallel; a fault of one leaves none half done. */
function compileAll(
  device: Device,
  layout: ModuleLayout,
  choose: ShaderChoice,
): Promise<PromiseSettledResult<CompiledKernel>[]> {
  const pipelines = new Pipelines(device);
  const compilations = Object.entries(layout.spec.programs).flatMap(([program, spec]) =>
    spec.kernels.map(async (kernel): Promise<CompiledKernel> => {
      const shader = choose(kernel);
      const use = { layout, program, kernel, shader };
      const pipeline = await pipelines.get(use, bindsUniforms(spec, kernel));
      return { ...pipeline, spec: kernel, shader };
    })
  );
  return Promise.allSettled(compilations);
}

async function allocate(
  device: Device,
  layout: ModuleLayout,
  compiled: readonly CompiledKernel[],
): Promise<PreparedModule> {
  const buffers: GPUBuffer[] = [];
  const create = (label: string, size: number, usage: number) => {
    const buffer = device.buffers.create(label, size, usage);
    buffers.push(buffer);
    return buffer;
  };
  try {
    const { value, fault } = device.watch(() => {
      const slots = createSlots(layout, create);
      return { slots, programs: createPrograms(device, layout, compiled, slots, create) };
    });
    const found = await fault;
    if (found !== null) throw new Error(essence(found.message));
    return { ...value, buffers };
  } catch (cause) {
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

function createSlots(layout: ModuleLayout, create: CreateBuffer): GPUBuffer[] {
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  return layout.slotBytes.map((bytes, slot) =>
    create(`${layout.spec.name}/slot ${slot}`, bufferBytes(bytes), usage)
  );
}

function createPrograms(
  device: Device,
  layout: ModuleLayout,
  compiled: readonly CompiledKernel[],
  slots: readonly GPUBuffer[],
  create: CreateBuffer,
): Map<string, PreparedProgram> {
  const programs = new Map<string, PreparedProgram>();
  // Compiled kernels stand in the order of the programs.
  let next = 0;
  for (const [name, spec] of Object.entries(layout.spec.programs)) {
    const kernels = compiled.slice(next, next += spec.kernels.length);
    const uniforms = spec.kernels.some((kernel) => bindsUniforms(spec, kernel))
      ? new UniformBlock(
        create(
          `${layout.spec.name}/${name} uniforms`,
          uniformBytes(spec.uniforms.length),
          GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
        ),
        spec.uniforms,
      )
      : undefined;
    programs.set(name, {
      spec,
      uniforms,
      kernels: kernels.map((kernel) => ({
        spec: kernel.spec,
        shader: kernel.shader,
        pipeline: kernel.pipeline,
        bindGroup: bindGroup(device, layout, kernel, slots, uniforms),
      })),
    });
  }
  return programs;
}

function bindGroup(
  device: Device,
  layout: ModuleLayout,
  kernel: CompiledKernel,
  slots: readonly GPUBuffer[],
  uniforms: UniformBlock | undefined,
): GPUBindGroup {
  const resources = kernel.spec.bindings.flatMap(({ tensor }) => {
    const slot = slots[layout.tensors.get(tensor)?.spec.slot ?? -1];
    return slot === undefined ? [] : [slot];
  });
  if (kernel.spec.usesUniforms && uniforms !== undefined) resources.push(uniforms.buffer);
  return device.gpu.createBindGroup({
    label: `${kernel.spec.layer}/${kernel.spec.name}`,
    layout: kernel.bindings,
    entries: resources.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
}
