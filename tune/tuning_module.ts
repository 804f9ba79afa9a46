/**
 * A kernel as a module of its own, so that each way to launch it can be loaded, checked and timed alone.
 *
 * @module
 */
import { evaluateExtent, type Extent, factors } from "../dsl/dim.ts";
import { evaluateHost } from "../codegen/kernel/host_expr.ts";
import type { CompiledModule, Kernel, KernelTensor, Program } from "../codegen/kernel/kernel.ts";
import { ELEMENT_BYTES } from "../codegen/kernel/storage.ts";
import { kernelBytes, kernelFlops } from "../codegen/kernel/work.ts";
import type { Launches, Setting, Shader } from "../codegen/targets/wgsl/shaders.ts";
import type {
  Access,
  Dims,
  KernelSpec,
  LaunchesSpec,
  ModuleSpec,
  ShaderSpec,
  TensorSpec,
} from "../runtime/spec.ts";
import { launchesFrom, type StoredExtent, type StoredLaunch } from "../runtime/webgpu/tuned.ts";

/** The kernel of a program of a module. */
export interface TunedKernel {
  readonly module: CompiledModule;
  readonly program: Program;
  readonly kernel: Kernel;
  readonly setting: Setting;
  readonly plain: Shader;
}

/** The name of the only program of a tuning module. */
export const RUN = "run";

const KINDS: Readonly<Record<Access, TensorSpec<string>["kind"]>> = {
  read: "input",
  write: "output",
  read_write: "state",
};

/** An extent as data. */
export function storedExtent(extent: Extent): StoredExtent {
  const { coefficient, symbols } = factors(extent);
  return { count: coefficient, dims: symbols };
}

/** A printed text as data. */
function storedLaunch(shader: Shader, file: string): StoredLaunch {
  const { text, grid, workgroupSize, workgroupMemory, overrides, bindings } = shader;
  return {
    file,
    source: text,
    grid: grid.map(({ extent, per }) => ({ ...storedExtent(extent), per })),
    workgroupSize,
    ...(workgroupMemory === 0 ? {} : { workgroupMemory }),
    ...(Object.keys(overrides).length === 0 ? {} : { overrides }),
    ...(bindings === undefined ? {} : { bindings }),
  };
}

/** Printed launches as a file keeps them. */
export function storedLaunches({ shaders, partials }: Launches, name: string): {
  readonly launches: readonly StoredLaunch[];
  readonly partials?: StoredExtent;
} {
  return {
    launches: shaders.map((shader, i) => storedLaunch(shader, `tuned ${name} ${i + 1}`)),
    ...(partials === undefined ? {} : { partials: storedExtent(partials) }),
  };
}

/** The module; its kernel runs as `launches` say on any machine that is taken for a GPU. */
export function tuningModule(tuned: TunedKernel, launches: LaunchesSpec<string>): ModuleSpec {
  const { module: { name, fixedDims, callDims }, program, kernel } = tuned;
  const tensors = kernel.tensors.map((tensor, slot) => [tensor.name, tensorSpec(tensor, slot)]);
  const named = (access: Access) =>
    kernel.tensors.filter((each) => each.access === access).map((each) => each.name);
  const nowhere = new URL("data:application/wasm,");
  return {
    name,
    declaration: "", // Nobody keeps what it computes.
    fixedDims,
    callDims,
    tensors: Object.fromEntries(tensors),
    slots: kernel.tensors.map(({ shape, dtype }) => ({
      bytes: (dims) => ELEMENT_BYTES[dtype] * sizesOf(shape, dims).reduce((a, b) => a * b, 1),
    })),
    programs: {
      [RUN]: {
        inputs: named("read"),
        outputs: named("write"),
        updates: named("read_write"),
        scalars: program.scalars,
        uniforms: program.uniforms.map(({ name, type, value }) => ({
          name,
          dtype: type,
          value: (call) => evaluateHost(value, call, call),
        })),
        kernels: [kernelSpec(tuned, launches)],
      },
    },
    wasm: { relaxed: nowhere, plain: nowhere, transposed: [], scratch: {} },
  };
}

function kernelSpec(tuned: TunedKernel, gpu: LaunchesSpec<string>): KernelSpec<string> {
  const { kernel, setting } = tuned;
  const { name, layer, formula, tensors } = kernel;
  const plain = plainSpec(tuned);
  return {
    name,
    layer,
    formula,
    bindings: tensors.map((tensor) => ({ tensor: tensor.name, access: tensor.access })),
    flops: (dims) => evaluateHost(kernelFlops(kernel), dims, {}),
    bytes: (dims) => evaluateHost(kernelBytes(kernel), dims, {}),
    usesUniforms: setting.uniforms.length > 0,
    constants: setting.constants,
    shader: plain,
    gpu,
    plain,
  };
}

/** The plain twin, by which a kernel is known. */
export function plainSpec({ kernel, plain }: TunedKernel): ShaderSpec<string> {
  const launch = storedLaunch(plain, `${kernel.name}.plain`);
  const [spec] = launchesFrom({ launches: [launch] }).launches;
  if (spec === undefined) throw new Error("A launch gives a launch");
  return spec;
}

function sizesOf(shape: readonly Extent[], dims: Dims<string>): readonly number[] {
  return shape.map((extent) => evaluateExtent(extent, dims));
}

function tensorSpec({ shape, dtype, access }: KernelTensor, slot: number): TensorSpec<string> {
  return {
    dtype,
    dims: shape.map((extent) => typeof extent === "number" ? String(extent) : extent.name),
    shape: (dims) => sizesOf(shape, dims),
    kind: KINDS[access],
    slot,
    ...(access === "read_write" ? { init: () => ({ kind: "constant", value: 0 }) } : {}),
  };
}
