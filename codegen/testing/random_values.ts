/** Reproducible random numbers, sizes and tensors for tests. @module */
import { type DimValues, evaluateExtent, factors } from "../../dsl/dim.ts";
import type { Node } from "../../dsl/ops.ts";
import { tabulate, type Value } from "../graph/interpret.ts";
import { topologicalOrder } from "../graph/graph.ts";

/** Gives the next number, uniform in [0, 1). */
export type Random = () => number;

/** A sequence of numbers that depends on the seed alone (Tommy Ettinger's mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Where random elements lie: reals of f32 in [low, high), whole numbers of u32 below `below`. */
export interface Range {
  readonly low: number;
  readonly high: number;
  readonly below: number;
}

const RANGE: Range = { low: -1, high: 1, below: 3 };

/** A tensor of reals. */
export function randomValue(shape: readonly number[], next: Random, range: Range = RANGE): Value {
  return tabulate(shape, () => range.low + (range.high - range.low) * next());
}

/** The leaves that some nodes depend on. */
export function leavesOf(roots: readonly Node[]): readonly Extract<Node, { op: "input" }>[] {
  return topologicalOrder(roots).filter((node) => node.op === "input");
}

/** A value for each leaf by name. */
export function randomLeaves(
  leaves: readonly Extract<Node, { op: "input" }>[],
  dims: DimValues,
  next: Random,
  range: Range = RANGE,
): ReadonlyMap<string, Value> {
  return new Map(leaves.map(({ attrs, dtype }) => {
    const shape = attrs.shape.map((extent) => evaluateExtent(extent, dims));
    const whole = () => {
      const below = Math.floor(next() * (dtype === "bool" ? 2 : range.below));
      return dtype === "i32" ? below - Math.floor(next() * range.below) : below;
    };
    const value = dtype === "f32" ? randomValue(shape, next, range) : tabulate(shape, whole);
    return [attrs.name, value];
  }));
}

/** Extents in which a wrong index shows: one, and different primes. */
const SIZES = [1, 2, 3, 5, 7] as const;

/** A size for each dim that occurs in the shapes or attributes of some nodes. */
export function randomDims(roots: readonly Node[], next: Random): DimValues {
  const names = new Set(
    topologicalOrder(roots).flatMap((node) => [
      ...node.shape,
      ...(node.op === "size" ? [node.attrs.extent] : []),
    ]).flatMap((extent) => factors(extent).symbols),
  );
  return Object.fromEntries(
    [...names].map((name) => [name, SIZES[Math.floor(next() * SIZES.length)] ?? 1]),
  );
}
