/**
 * Loads and runs a module's WebAssembly beside the reference interpreter, for tests.
 *
 * @module
 */
import { type DimValues, evaluateExtent } from "../../../dsl/dim.ts";
import { evaluateHost } from "../../kernel/host_expr.ts";
import { interpretProgram, type TensorValue } from "../../kernel/interpret.ts";
import type { CompiledModule, PlannedTensor, Program, StorageType } from "../../kernel/kernel.ts";
import { ELEMENT_BYTES, LOADED } from "../../kernel/storage.ts";
import { emitWasm } from "./emit.ts";
import type { HostName } from "./math_calls.ts";
import { type ModulePlan, planModule } from "./module_plan.ts";
import { ENTRY_BYTES, type ZeroLists } from "./zero_lists.ts";

const PAGE = 65536;
const ALIGNMENT = 16;
/** Bytes around each tensor that no kernel may touch. */
const GUARD = 64;
/** The control block at the start of the memory, which tensors follow. */
const CONTROL = 1024;
const GUARD_BYTE = 0xa5;

/** What u32 tensors hold before anything is written to them; f32 tensors hold NaN. */
const POISON = 0xdead_beef;

/** The functions that kernels take from the host. */
const HOST: Readonly<Record<HostName, (...args: number[]) => number>> = {
  pow: Math.pow,
  sin: Math.sin,
  cos: Math.cos,
};

/** Values of all tensors, by name. */
export type Values = Map<string, TensorValue>;

/** A loaded module. */
export interface Loaded {
  readonly memory: WebAssembly.Memory;
  readonly at: ReadonlyMap<string, number>;
  readonly exports: WebAssembly.Exports;
}

function shapeOf(tensor: PlannedTensor, dims: DimValues): readonly number[] {
  return tensor.shape.map((extent) => evaluateExtent(extent, dims));
}

function elements(tensor: PlannedTensor, dims: DimValues): number {
  return shapeOf(tensor, dims).reduce((product, extent) => product * extent, 1);
}

function bytesOf({ rows, room }: ZeroLists, dims: DimValues): number {
  return ENTRY_BYTES * evaluateExtent(rows, dims) * (evaluateExtent(room, dims) + 1);
}

/** Instantiates bytes with memory for every tensor, all of it poisoned. */
export async function load(
  { module, lists }: ModulePlan,
  bytes: Uint8Array,
  dims: DimValues,
): Promise<Loaded> {
  const at = new Map<string, number>();
  let end = CONTROL + GUARD;
  for (const tensor of module.tensors) {
    at.set(tensor.name, end);
    const size = elements(tensor, dims) * ELEMENT_BYTES[tensor.dtype];
    end += Math.ceil(size / ALIGNMENT) * ALIGNMENT + GUARD;
  }
  for (const each of lists) {
    at.set(each.name, end);
    end += bytesOf(each, dims) + GUARD;
  }
  const memory = new WebAssembly.Memory({
    initial: Math.ceil(end / PAGE),
    maximum: Math.ceil(end / PAGE),
    shared: true,
  });
  new Uint8Array(memory.buffer).fill(GUARD_BYTE);
  const global = (value: number) => new WebAssembly.Global({ value: "i32", mutable: false }, value);
  const dimEntries = module.fixedDims.map((name) => [name, global(dims[name] ?? NaN)] as const);
  const { instance } = await WebAssembly.instantiate(new Uint8Array(bytes), {
    env: { memory, threads: 1, patience: -1, profile: 0, mark: () => {}, skip_zeros: 1 },
    dim: Object.fromEntries(dimEntries),
    at: Object.fromEntries([...at].map(([name, address]) => [name, global(address)])),
    math: HOST,
  });
  return { memory, at, exports: instance.exports };
}

/** Calls a program's export with its uniforms. */
export function call(
  loaded: Loaded,
  program: Program,
  dims: DimValues,
  scalars: Readonly<Record<string, number>>,
): void {
  const run = loaded.exports[program.name];
  if (typeof run !== "function") throw new Error(`the module exports no ${program.name}`);
  run(...program.uniforms.map(({ value }) => evaluateHost(value, dims, scalars)));
}

type View = (
  buffer: ArrayBufferLike,
  address: number,
  count: number,
) => Float32Array | Float16Array | Uint32Array | Int32Array | Uint8Array;

const VIEWS: { readonly [T in StorageType]: View } = {
  f32: (buffer, address, count) => new Float32Array(buffer, address, count),
  u32: (buffer, address, count) => new Uint32Array(buffer, address, count),
  i32: (buffer, address, count) => new Int32Array(buffer, address, count),
  f16: (buffer, address, count) => new Float16Array(buffer, address, count),
  u8: (buffer, address, count) => new Uint8Array(buffer, address, count),
};

/** A tensor's values in memory. */
export function view(loaded: Loaded, tensor: PlannedTensor, dims: DimValues) {
  const address = loaded.at.get(tensor.name) ?? NaN;
  const count = elements(tensor, dims);
  return VIEWS[tensor.dtype](loaded.memory.buffer, address, count);
}

/** Numbers that look random and are the same each time. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}

function valuesFor(
  tensor: PlannedTensor,
  dims: DimValues,
  zeros: number,
  random: () => number,
): TensorValue {
  const shape = shapeOf(tensor, dims);
  const count = elements(tensor, dims);
  const value = (): number => {
    const given = tensor.kind === "input" || tensor.kind === "parameter";
    if (!given) return LOADED[tensor.dtype] === "f32" ? NaN : POISON;
    if (tensor.sparse && random() < zeros) return 0;
    if (tensor.dtype === "u8") return Math.floor(random() * 256);
    if (tensor.dtype === "u32") return Math.floor(random() * 10);
    if (tensor.dtype === "i32") return Math.floor(random() * 21) - 10;
    return Math.fround(tensor.kind === "parameter" ? random() + 0.1 : 2 * random() - 1);
  };
  return { shape, data: Float64Array.from({ length: count }, value) };
}

/** Bytes outside of all tensors that no longer hold what they were filled with. */
function strayWrites({ module, lists }: ModulePlan, loaded: Loaded, dims: DimValues): number {
  const bytes = new Uint8Array(loaded.memory.buffer);
  const place = (name: string, size: number) => {
    const start = loaded.at.get(name) ?? 0;
    return [start, start + size] as const;
  };
  const inside = [
    ...module.tensors.map((tensor) =>
      place(tensor.name, elements(tensor, dims) * ELEMENT_BYTES[tensor.dtype])
    ),
    ...lists.map((each) => place(each.name, bytesOf(each, dims))),
  ];
  let stray = 0;
  let from = CONTROL;
  for (const [start, end] of [...inside, [bytes.length, bytes.length] as const]) {
    for (let at = from; at < start; at++) if (bytes[at] !== GUARD_BYTE) stray++;
    from = end;
  }
  return stray;
}

/** Where an element of the declared shape lies in memory, counted in elements. */
function positions(plan: ModulePlan, tensor: PlannedTensor, dims: DimValues) {
  const [rows = 1, columns = 1] = shapeOf(tensor, dims);
  return plan.transposed.includes(tensor.name)
    ? (at: number) => at % columns * rows + Math.floor(at / columns)
    : (at: number) => at;
}

/**
 * Runs the first program of a module in WebAssembly and in the interpreter on the same random inputs,
 * with NaN in all other tensors, and throws at the first difference.
 *
 * @param tolerance what a result may be off by, absolutely and in proportion to its size.
 */
export async function compare(
  module: CompiledModule,
  dims: DimValues,
  tolerance: number,
  { scalars = {}, zeros = 0, build = "relaxed" }: {
    readonly scalars?: Readonly<Record<string, number>>;
    readonly build?: "relaxed" | "plain";
    /** Fraction of zeros in tensors that are declared to hold many. */
    readonly zeros?: number;
  } = {},
): Promise<void> {
  const [program] = module.programs;
  if (program === undefined) throw new Error("the module has no program");
  const random = generator(1);
  const values: Values = new Map(
    module.tensors.map((tensor) => [tensor.name, valuesFor(tensor, dims, zeros, random)]),
  );
  const plan = planModule(module);
  const loaded = await load(plan, (await emitWasm(plan))[build], dims);
  for (const tensor of module.tensors) {
    const memory = view(loaded, tensor, dims);
    const position = positions(plan, tensor, dims);
    values.get(tensor.name)?.data.forEach((value, at) => memory[position(at)] = value);
  }
  call(loaded, program, dims, scalars);
  interpretProgram(program, values, dims, scalars);
  for (const tensor of module.tensors) {
    const actual = view(loaded, tensor, dims);
    const position = positions(plan, tensor, dims);
    const wanted = values.get(tensor.name)?.data ?? new Float64Array();
    wanted.forEach((want, at) => {
      const got = actual[position(at)] ?? NaN;
      if (Object.is(got, want) || Math.abs(got - want) <= tolerance * (1 + Math.abs(want))) return;
      throw new Error(
        `${tensor.name}[${at}] of ${program.kernels.map(({ name }) => name)} for ${
          JSON.stringify(dims)
        } is ${got}, the interpreter has ${want}`,
      );
    });
  }
  const stray = strayWrites(plan, loaded, dims);
  if (stray > 0) throw new Error(`${stray} bytes outside of all tensors were written`);
}
