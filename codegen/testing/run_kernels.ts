/**
 * Runs a compiled declaration's kernels in the memory that was planned for them, beside its graphs.
 *
 * @module
 */
import { type DimValues, evaluateExtent } from "../../dsl/dim.ts";
import { interpret, type Value } from "../graph/interpret.ts";
import { interpretProgram, type TensorValue } from "../kernel/interpret.ts";
import type { CompiledModule } from "../kernel/kernel.ts";
import type { Compilation, Stages } from "../pipeline.ts";
import { leavesOf, type Random, randomLeaves } from "./random_values.ts";

/** Values of scalars that programs may ask for. */
export const SCALARS: Readonly<Record<string, number>> = { step: 3, start: 2, seed: 9 };

/** Rounding of float64 in another order, relative to the largest element. */
const TOLERANCE = 1e-9;

/** Tensors of one slot share one array, as they share memory; what nobody has written is NaN. */
export function memoryOf(
  { tensors, slots }: CompiledModule,
  dims: DimValues,
  leaves: ReadonlyMap<string, Value>,
): ReadonlyMap<string, TensorValue> {
  const shapes = tensors.map((tensor) => tensor.shape.map((each) => evaluateExtent(each, dims)));
  const sizes = shapes.map((shape) => shape.reduce((size, extent) => size * extent, 1));
  const arena = slots.map((_, slot) =>
    new Float64Array(Math.max(...sizes.filter((_, i) => tensors[i]?.slot === slot))).fill(NaN)
  );
  return new Map(tensors.map(({ name, slot }, i) => {
    const data = (arena[slot] ?? new Float64Array()).subarray(0, sizes[i]);
    data.set(leaves.get(name)?.data ?? []);
    return [name, { shape: shapes[i] ?? [], data }];
  }));
}

/** The first element that differs, in words. */
function difference(name: string, got: Float64Array, wanted: Float64Array): string | undefined {
  const scale = Math.max(1, ...wanted.map(Math.abs));
  const at = wanted.findIndex((value, i) =>
    !(Math.abs(value - (got[i] ?? NaN)) <= TOLERANCE * scale)
  );
  return at < 0 ? undefined : `${name}[${at}] is ${got[at]}, the graph says ${wanted[at]}`;
}

/** Where the kernels of a program compute something else than its graph as declared, in words. */
function programDifference(
  module: CompiledModule,
  { source, program }: Stages,
  dims: DimValues,
  next: Random,
): string | undefined {
  const roots = source.results.map((result) => result.node);
  const positive = { low: 0.1, high: 1, below: 3 };
  const random = randomLeaves(leavesOf(roots), dims, next, positive);
  const leaves = new Map([...random].map(([name, value]) => {
    const scalar = SCALARS[name];
    return [name, scalar === undefined ? value : { shape: [], data: Float64Array.of(scalar) }];
  }));
  const wanted = interpret(roots, { dims, leaves });
  const memory = memoryOf(module, dims, leaves);
  interpretProgram(program, memory, dims, SCALARS);
  for (const [i, { name }] of source.results.entries()) {
    const { data } = wanted[i] ?? { data: new Float64Array() };
    // A program that divides by zero has no value to compare.
    if (!data.every(Number.isFinite)) continue;
    const found = difference(name, memory.get(name)?.data ?? new Float64Array(), data);
    if (found !== undefined) return `${program.name}: ${found}`;
  }
  return undefined;
}

/** Where the kernels of a declaration compute something else than its graphs, in words. */
export function kernelDifference(
  { module, stages }: Compilation,
  dims: DimValues,
  next: Random,
): string | undefined {
  for (const each of stages) {
    const found = programDifference(module, each, dims, next);
    if (found !== undefined) return found;
  }
  return undefined;
}
