/**
 * A graph that grows step by step, for random programs.
 *
 * A step is data: an op and some whole numbers. What the numbers choose from are lists that depend on what
 * is there already, and they count modulo the length of the list, so that every number is valid and a
 * step keeps a meaning when others before it are left out. Lists begin with the simplest, and values with the
 * newest: smaller numbers are simpler programs.
 *
 * @module
 */
import {
  dim,
  type DimValues,
  evaluateExtent,
  type Extent,
  product,
  sameExtent,
  sameShape,
  type Shape,
} from "../../dsl/dim.ts";
import { make } from "../../dsl/intern.ts";
import type { ElementType, Node, OpAttrs } from "../../dsl/ops.ts";
import { full, number, spread } from "../graph/build.ts";

/** The dims of random programs. */
export const B = dim("B"), K = dim("K"), N = dim("n");

/** A list to choose from that is never empty. */
export type Some<T> = readonly [T, ...T[]];

/** Numbers to compute with: exact and inexact ones, and those that rules know. */
const REALS: Some<number> = [0.5, 2, 1, 0, -1, 3, 0.1, -0.75];
const WHOLES: Some<number> = [1, 2, 3, 0, 7];

/** The most elements of one value, the most axes, and the most terms of all sums of one product. */
const MOST_ELEMENTS = 800, MOST_AXES = 5, MOST_TERMS = 6000;

/** The values so far, and the choices of the present step. */
export class Draft {
  readonly #dims: DimValues;
  readonly #values: Node[] = [];
  readonly #leaves: Node[] = [];
  #choices: readonly number[] = [];
  #next = 0;

  /** @param dims sizes to stay small at */
  constructor(dims: DimValues) {
    this.#dims = dims;
    this.leaf([B, K]);
  }

  /** The value of the last step that made one of f32. */
  get result(): Node {
    this.begin([]);
    return this.real(0);
  }

  /** The choices of the next step. */
  begin(choices: readonly number[]): void {
    this.#choices = choices;
    this.#next = 0;
  }

  /** Keeps a value, unless it is too large. */
  keep(value: Node): void {
    const fits = value.shape.length <= MOST_AXES && this.#elements(value.shape) <= MOST_ELEMENTS &&
      this.#terms(value) <= MOST_TERMS;
    if (fits && !this.#values.includes(value)) this.#values.push(value);
  }

  /** Chooses from a list. */
  pick<T>(from: Some<T>): T;
  pick<T>(from: readonly T[]): T | undefined;
  pick<T>(from: readonly T[]): T | undefined {
    return from[this.below(from.length)];
  }

  /** Chooses a whole number from 0 on. */
  below(count: number): number {
    return (this.#choices[this.#next++] ?? 0) % Math.max(count, 1);
  }

  /** A new leaf. */
  leaf(
    shape: Shape,
    more: Partial<Pick<OpAttrs["input"], "role" | "dtype" | "sparse">> = {},
  ): Node & { readonly op: "input" } {
    const name = `x${this.#leaves.length}`;
    const leaf = make("input", { name, role: "input", shape, dtype: "f32", ...more });
    this.#leaves.push(leaf);
    this.keep(leaf);
    return leaf;
  }

  /** A trained leaf. */
  parameter(shape: Shape): Node {
    return this.leaf(shape, { role: "parameter" });
  }

  /** A value of f32 with at least so many axes. */
  real(axes: number): Node {
    const fits = (each: Node) => each.dtype === "f32" && each.shape.length >= axes;
    return this.pick(this.#newest(fits)) ?? this.leaf([B, K]);
  }

  /** A value of f32 or u32 with at least so many axes. */
  numeric(axes = 0): Node {
    const all = this.#newest((each) => each.dtype !== "bool" && each.shape.length >= axes);
    return this.pick(all) ?? this.real(axes);
  }

  /** Any value with at least so many axes. */
  any(axes = 0): Node {
    return this.pick(this.#newest((each) => each.shape.length >= axes)) ?? this.real(axes);
  }

  /** A value of u32; a count where there is none. */
  whole(): Node {
    const found = this.pick(this.#newest((each) => each.dtype === "u32"));
    return found ?? make("iota", { extent: this.pick<Extent>([K, B, 5]) });
  }

  /** A value of bool; a comparison where there is none. */
  bool(): Node {
    const found = this.pick(this.#newest((each) => each.dtype === "bool"));
    if (found !== undefined) return found;
    const x = this.real(0);
    return make("greater", {}, [x, this.like(x)]);
  }

  /** Another value to stand beside one: of its shape and type, repeated to it, or a number. */
  like(node: Pick<Node, "shape" | "dtype">): Node {
    const { shape, dtype } = node;
    const own = this.#newest((each) => each.dtype === dtype);
    const same = own.filter((each) => each !== node && sameShape(each.shape, shape));
    const repeated = own.flatMap((each) => repeatedTo(each, shape) ?? []);
    const itself = own.filter((each) => each === node);
    const options: readonly (() => Node)[] = [
      ...same.map((each) => () => each),
      ...repeated.map((each) => () => each),
      () => this.number(shape, dtype),
      ...itself.map((each) => () => each),
    ];
    return this.pick(options)?.() ?? this.number(shape, dtype);
  }

  /** A number, repeated to a shape. */
  number(shape: Shape, dtype: ElementType = "f32"): Node {
    if (dtype === "bool") return make("greater", {}, [this.number(shape), full(0.5, shape)]);
    return spread(number(this.pick(dtype === "u32" ? WHOLES : REALS), dtype), shape);
  }

  /** An axis of a value that has some. */
  axis(node: Node): number {
    return this.below(node.shape.length);
  }

  /** Axes of a value that has some, at least one, ascending. */
  axes(node: Node): readonly number[] {
    const first = this.axis(node);
    const others = node.shape.map((_, axis) => axis).filter((axis) => axis !== first);
    return [first, ...others.filter(() => this.below(3) === 2)].toSorted((a, b) => a - b);
  }

  /** The newest first, but those that are not computed from others at last. */
  #newest(fits: (node: Node) => boolean): readonly Node[] {
    const all = this.#values.filter(fits).toReversed();
    const isComputed = (node: Node): boolean => node.inputs.length > 0;
    return [...all.filter(isComputed), ...all.filter((each) => !isComputed(each))];
  }

  #elements(shape: Shape): number {
    return evaluateExtent(product(shape), this.#dims);
  }

  #terms(node: Node): number {
    if (node.op !== "einsum") return 0;
    const [a = node, b = node] = node.inputs;
    const inner = Math.min(this.#elements(a.shape), this.#elements(b.shape));
    return this.#elements(node.shape) * inner;
  }
}

/** A value repeated to a shape that has its axes among its own, in the same order. */
export function repeatedTo(node: Node, shape: Shape): Node | undefined {
  if (node.shape.length >= shape.length) return undefined;
  const axes: number[] = [];
  let from = shape.length;
  for (const extent of node.shape.toReversed()) {
    from = shape.findLastIndex((each, axis) => axis < from && sameExtent(each, extent));
    if (from < 0) return undefined;
    axes.unshift(from);
  }
  return make("broadcast", { shape, axes }, [node]);
}
