/**
 * What a module does on a device, before anything runs: the work, traffic and launches of each kernel, the
 * memory of all tensors, and the largest batch that fits. Every number is one that loading and running use.
 *
 * @module
 */
import type { Dims, KernelSpec, LaunchSpec, ModuleSpec } from "./spec.ts";

/** What every WebGPU device allows (https://www.w3.org/TR/webgpu/#limits). */
export const GUARANTEED = {
  /** Storage buffers that a kernel binds. */
  storageBuffers: 8,
  /** Bytes that one of them holds. */
  bufferBytes: 134217728,
  /** Bytes of memory that a workgroup shares. */
  workgroupBytes: 16384,
  /** Invocations of a workgroup. */
  invocations: 256,
  /** Workgroups along a dimension. */
  workgroups: 65535,
} as const;

/** One launch of a text. */
export interface LaunchFacts {
  /** Where the text stands. */
  readonly file: string;
  /** Workgroups in x, y and z. */
  readonly workgroups: readonly [number, number, number];
  /** Invocations of a workgroup in x, y and z. */
  readonly workgroupSize: readonly [number, number, number];
  /** Bytes of memory that a workgroup shares. */
  readonly workgroupBytes: number;
  /** Storage buffers that it binds. */
  readonly storageBuffers: number;
}

/** What one call of a kernel does. */
export interface KernelFacts {
  /** Its name, unique within its program. */
  readonly name: string;
  /** All that was fused into it, as mathematics. */
  readonly formula: string;
  /** Multiplications, additions and subtractions of its contractions and reductions. */
  readonly flops: number;
  /** Bytes of all elements that it reads or writes, each once. */
  readonly bytes: number;
  /** Operations per byte. */
  readonly intensity: number;
  /** As a program on the CPU that acts as a GPU runs it. */
  readonly launches: readonly LaunchFacts[];
  /** As real GPUs run it; the same launches where it has one form only. */
  readonly gpuLaunches: readonly LaunchFacts[];
}

/** What one run of a program does. */
export interface ProgramFacts {
  /** Its name. */
  readonly name: string;
  /** Tensors that it computes. */
  readonly outputs: readonly string[];
  /** Tensors that it overwrites. */
  readonly updates: readonly string[];
  /** Of all kernels. */
  readonly flops: number;
  /** Of all kernels. */
  readonly bytes: number;
  /** In order. */
  readonly kernels: readonly KernelFacts[];
}

/** A piece of memory, and who lives in it. */
export interface SlotFacts {
  /** Its size. */
  readonly bytes: number;
  /** What the tensors are for. */
  readonly kind: string;
  /** Names of the tensors that share it. */
  readonly tensors: readonly string[];
}

/** The largest value of a dim with which a module fits a device. */
export interface LargestDim {
  /** The dim. */
  readonly dim: string;
  /** Its largest value; 0 if nothing fits. */
  readonly value: number;
  /** What a larger value would exceed. */
  readonly limitedBy: string;
}

/** What a module does for some sizes. */
export interface ModuleFacts {
  /** The declaration's name. */
  readonly name: string;
  /** The sizes. */
  readonly dims: Dims<string>;
  /** What can be run. */
  readonly programs: readonly ProgramFacts[];
  /** All memory, allocated once. */
  readonly arena: { readonly bytes: number; readonly slots: readonly SlotFacts[] };
  /** For each dim that a call may choose. */
  readonly largest: readonly LargestDim[];
}

/**
 * Explains a module for sizes of its dims.
 *
 * @param memory bytes that all tensors together may take; unlimited if absent
 * @throws {TypeError} if a dim of the module has no size, or a name is none of its dims
 */
export function explainModule(
  module: ModuleSpec,
  dims: Dims<string>,
  memory: number = Infinity,
): ModuleFacts {
  checkDims(module, dims);
  return {
    name: module.name,
    dims,
    programs: Object.entries(module.programs).map(([name, { kernels, outputs, updates }]) => {
      const facts = kernels.map((kernel) => kernelFacts(kernel, dims));
      return {
        name,
        outputs,
        updates,
        flops: sum(facts.map(({ flops }) => flops)),
        bytes: sum(facts.map(({ bytes }) => bytes)),
        kernels: facts,
      };
    }),
    arena: arenaFacts(module, dims),
    largest: module.callDims.map((dim) => largestOf(module, dims, dim, memory)),
  };
}

function checkDims({ name, fixedDims, callDims }: ModuleSpec, dims: Dims<string>): void {
  const own = [...fixedDims, ...callDims];
  const unknown = Object.keys(dims).filter((dim) => !own.includes(dim));
  const missing = own.filter((dim) => dims[dim] === undefined);
  if (unknown.length === 0 && missing.length === 0) return;
  throw new TypeError(
    `Cannot explain "${name}": ${
      unknown.length > 0
        ? `it has no dim ${unknown.join(", ")}`
        : `${missing.join(", ")} has no size`
    }; its dims are ${own.join(", ")}`,
  );
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

function kernelFacts(kernel: KernelSpec<string>, dims: Dims<string>): KernelFacts {
  const [flops, bytes] = [kernel.flops(dims), kernel.bytes(dims)];
  const launches = [launchFacts(kernel, kernel.shader, dims)];
  return {
    name: kernel.name,
    formula: kernel.formula,
    flops,
    bytes,
    intensity: bytes === 0 ? 0 : flops / bytes,
    launches,
    gpuLaunches: kernel.gpu?.launches.map((each) => launchFacts(kernel, each, dims)) ?? launches,
  };
}

function launchFacts(
  { bindings: own }: KernelSpec<string>,
  { file, workgroups, workgroupSize, workgroupMemory = 0, bindings }: LaunchSpec<string>,
  dims: Dims<string>,
): LaunchFacts {
  return {
    file,
    workgroups: workgroups(dims),
    workgroupSize,
    workgroupBytes: workgroupMemory,
    storageBuffers: (bindings ?? own).length,
  };
}

function arenaFacts({ slots, tensors }: ModuleSpec, dims: Dims<string>): ModuleFacts["arena"] {
  const facts = slots.map(({ bytes }, slot): SlotFacts => {
    const residents = Object.entries(tensors).filter(([, tensor]) => tensor.slot === slot);
    return {
      bytes: bytes(dims),
      kind: residents[0]?.[1].kind ?? "temporary",
      tensors: residents.map(([name]) => name),
    };
  });
  return { bytes: sum(facts.map(({ bytes }) => bytes)), slots: facts };
}

/** Larger values are not looked for. */
const MOST = 2 ** 24;

/** The largest value of a dim, by halving: what does not fit for a value does not for larger ones. */
function largestOf(
  module: ModuleSpec,
  dims: Dims<string>,
  dim: string,
  memory: number,
): LargestDim {
  const faultAt = (value: number) => faultOf(module, { ...dims, [dim]: value }, memory);
  let [low, high] = [0, MOST];
  if (faultAt(high) === undefined) {
    return { dim, value: high, limitedBy: `nothing up to ${MOST}` };
  }
  if (faultAt(1) !== undefined) return { dim, value: 0, limitedBy: faultAt(1) ?? "" };
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (faultAt(middle) === undefined) low = middle;
    else high = middle;
  }
  return { dim, value: low, limitedBy: faultAt(high) ?? "" };
}

/** What a module exceeds for some sizes, or `undefined`. */
function faultOf(module: ModuleSpec, dims: Dims<string>, memory: number): string | undefined {
  const { slots, bytes } = arenaFacts(module, dims);
  const large = slots.find((slot) => slot.bytes > GUARANTEED.bufferBytes);
  if (large !== undefined) return `the buffer of ${large.tensors.join(", ")}`;
  if (bytes > memory) return "all memory";
  for (const [name, { kernels }] of Object.entries(module.programs)) {
    for (const kernel of kernels) {
      const { launches, gpuLaunches } = kernelFacts(kernel, dims);
      const over = [...launches, ...gpuLaunches].some(({ workgroups }) =>
        Math.max(...workgroups) > GUARANTEED.workgroups
      );
      if (over) return `the workgroups of ${name}.${kernel.name}`;
    }
  }
  return undefined;
}
