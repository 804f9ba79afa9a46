/**
 * Compiles the kernels of a module. Kernels whose texts differ in comments only, and which bind alike,
 * share a pipeline.
 *
 * @module
 */
import type { Access, KernelSpec, LaunchBinding, ProgramSpec } from "../spec.ts";
import { messageOf } from "../wording.ts";
import type { Device } from "./device.ts";
import { kernelError, type KernelUse } from "./messages.ts";

/** A compiled kernel and the layout of what it binds. */
export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly bindings: GPUBindGroupLayout;
}

/** True if a kernel binds the program's uniforms, after its tensors. */
export function bindsUniforms(program: ProgramSpec<string>, kernel: KernelSpec<string>): boolean {
  return kernel.usesUniforms && program.uniforms.length > 0;
}

/** The pipelines of one module. */
export class Pipelines {
  readonly #device: Device;
  readonly #made = new Map<string, Promise<Pipeline>>();

  constructor(device: Device) {
    this.#device = device;
  }

  /** Starts to compile a text that binds these buffers, or finds the compilation of an equal one. */
  get(
    use: KernelUse,
    bindings: readonly LaunchBinding[],
    withUniforms: boolean,
  ): Promise<Pipeline> {
    const { kernel, shader } = use;
    const accesses = bindings.map(({ access }) => access);
    const code = withoutComments(shader.source);
    const { constants } = kernel;
    const key = JSON.stringify([code, constants, shader.overrides, accesses, withUniforms]);
    let pipeline = this.#made.get(key);
    if (pipeline === undefined) {
      pipeline = this.#compile(use, accesses, withUniforms);
      this.#made.set(key, pipeline);
    }
    return pipeline;
  }

  async #compile(
    use: KernelUse,
    accesses: readonly Access[],
    withUniforms: boolean,
  ): Promise<Pipeline> {
    const label = `${use.kernel.layer}/${use.kernel.name}`;
    const { gpu } = this.#device;
    const { value, fault } = this.#device.watch(() => {
      const entries = bindingEntries(accesses, withUniforms);
      const bindings = gpu.createBindGroupLayout({ label, entries });
      const layout = gpu.createPipelineLayout({ label, bindGroupLayouts: [bindings] });
      return { bindings, layout };
    });
    const module = await this.#shaderModule(label, use);
    const layoutFault = await fault;
    if (layoutFault !== null) throw await kernelError(use, layoutFault);
    const constants = Object.fromEntries(
      use.kernel.constants.map((dim) => [
        use.shader.overrides?.[dim] ?? dim,
        use.layout.dims[dim] ?? 0,
      ]),
    );
    try {
      const { layout, bindings } = value;
      const compute = { module, constants };
      const pipeline = await gpu.createComputePipelineAsync({ label, layout, compute });
      return { pipeline, bindings };
    } catch (cause) {
      throw await kernelError(use, { message: messageOf(cause) });
    }
  }

  /** A rejected text is found out here, with its place, before it can be used. */
  async #shaderModule(label: string, use: KernelUse): Promise<GPUShaderModule> {
    const code = use.shader.source;
    const { value, fault } = this.#device.watch(() =>
      this.#device.gpu.createShaderModule({ label, code })
    );
    const { messages } = await value.getCompilationInfo();
    const error = messages.find(({ type }) => type === "error");
    if (error !== undefined) {
      throw await kernelError(use, error, { line: error.lineNum, column: error.linePos });
    }
    const found = await fault;
    if (found !== null) throw await kernelError(use, found);
    return value;
  }
}

/**
 * A text without the comments at its lines' ends; WGSL has no strings that could contain their sign. One
 * with comments of the other kind, which could, is left as it is.
 */
export function withoutComments(source: string): string {
  return source.includes("/*") ? source : source.replaceAll(/[ \t]*\/\/.*/g, "");
}

function bindingEntries(
  accesses: readonly Access[],
  withUniforms: boolean,
): GPUBindGroupLayoutEntry[] {
  const types: GPUBufferBindingType[] = accesses.map((access) =>
    access === "read" ? "read-only-storage" : "storage"
  );
  if (withUniforms) types.push("uniform");
  return types.map((type, binding) => ({
    binding,
    visibility: GPUShaderStage.COMPUTE,
    // Each run's uniforms have a place of their own in one buffer.
    buffer: { type, hasDynamicOffset: type === "uniform" },
  }));
}
