/**
 * Fusion: decides which values go to memory and which kernel computes each.
 *
 * Every value is inline by default: computed where it is used. Only these are stored: results of the
 * program, operands of contractions (unless a plain load reads them where they are), and reductions or
 * contractions that are needed in another kernel. A stored value joins the kernel of a reduction or
 * contraction it is computed from when all it needs is at hand at the same index and no cycle
 * arises; so biases, activations, masks, losses and optimizer updates ride along.
 *
 * @module
 */
import { sameShape, type Shape } from "../../dsl/dim.ts";
import type { Node } from "../../dsl/ops.ts";
import { labelsOf } from "../graph/build.ts";
import { type Graph, isHostScalar, nodesOf } from "../graph/graph.ts";
import type { Scalar } from "../kernel/kernel.ts";
import { productAxes, viewedSource } from "./contraction.ts";
import type { Expander, Expansion, Index } from "./expand.ts";
import { depends, type Group, levelOf, pointOf, shapeOf } from "./group.ts";
import { writtenSize } from "../kernel/scalar_walk.ts";
import { loadsOf, usesLocal } from "./loads.ts";
import {
  type Einsum,
  type Fusion,
  isContraction,
  isHeavy,
  isReduce,
  type Naming,
  Places,
  type Reduce,
} from "./places.ts";

/** The points that a reduction runs over: their shape, and the axes that it takes out of it. */
function spaceOf(node: Reduce): { readonly shape: Shape; readonly axes: readonly number[] } {
  const shape = node.inputs[0]?.shape ?? [];
  switch (node.op) {
    case "argmax":
      return { shape, axes: [node.attrs.axis] };
    case "overlapAdd":
      return { shape: [...node.shape, shape.at(-1) ?? 1], axes: [node.shape.length] };
    default:
      return { shape, axes: node.attrs.axes };
  }
}

/** What is computed at an index. */
interface Term {
  /** The value that it is taken from. */
  readonly source: Node;
  readonly expand: (expander: Expander, index: Index) => Expansion;
}

/** The elements of a node. */
function elementOf(source: Node): Term {
  return { source, expand: (expander, index) => expander.expand(source, index) };
}

/** What a reduction takes in at each of its points. */
function summandOf(node: Reduce): Term {
  const term = elementOf(node.inputs[0] ?? node);
  return node.op === "overlapAdd"
    ? { ...term, expand: (expander, index) => expander.expandOverlap(node, index) }
    : term;
}

/** Values that fusion is told to put in memory. */
export interface Demands {
  /** Results that are copies of values, each in a kernel of its own. */
  readonly copies: ReadonlySet<Node>;
  /** Values to store where they could have been inline. */
  readonly stored: ReadonlySet<Node>;
  /** Reductions that join no earlier kernel. */
  readonly apart: ReadonlySet<Node>;
  /** Values that, if they are stored, have a kernel of their own. */
  readonly alone: ReadonlySet<Node>;
  /** Tensors that a kernel may use: what would exceed them gets a kernel of its own. */
  readonly tensors: number;
}

/** Decides the kernels of a graph. */
export function fuse(graph: Graph, naming: Naming, demands: Demands): Fusion {
  const places = new Places(naming, demands.tensors);
  const fuser = new Fuser(places, demands.alone, updatesOf(graph));
  for (const node of nodesOf(graph)) {
    if (node.op === "input" && !isHostScalar(node)) places.addLeaf(node);
    if (isHostScalar(node)) continue;
    if (demands.stored.has(node)) fuser.store(node);
    if (node.op === "gather") fuser.storeLongIndices(node);
    if (isReduce(node)) fuser.addReduction(node, demands.apart.has(node));
    if (isContraction(node)) fuser.addContraction(node);
  }
  for (const { node } of graph.results) {
    if (demands.copies.has(node)) fuser.storeCopy(node);
    else fuser.store(node);
  }
  return places;
}

/** The new values of leaves. */
function updatesOf({ results }: Graph): ReadonlySet<Node> {
  return new Set(results.flatMap(({ node, target }) => target === undefined ? [] : [node]));
}

/** Operators of the longest expression that a reduction computes anew for each of its elements. */
const LONGEST_SUMMAND = 32;
/** Operators of the longest index that is computed anew for each element of a gathered row. */
const LONGEST_INDEX = 8;

class Fuser {
  readonly #places: Places;
  readonly #alone: ReadonlySet<Node>;
  readonly #updates: ReadonlySet<Node>;

  constructor(places: Places, alone: ReadonlySet<Node>, updates: ReadonlySet<Node>) {
    this.#places = places;
    this.#alone = alone;
    this.#updates = updates;
  }

  /** A reduction joins the kernel of an earlier one over the same axes if they share data, unless kept apart. */
  addReduction(node: Reduce, apart: boolean): void {
    const { shape, axes } = spaceOf(node);
    for (const group of apart ? [] : [...this.#places.groups].reverse()) {
      if (
        group.kind === "rows" && sameRows(group, shape, axes) && this.#joinRows(group, node)
      ) {
        return;
      }
    }
    const group = this.#places.rows(shape, axes);
    const value = this.#summand(group, summandOf(node), pointOf(group.all));
    this.#places.addReduction(group, node, value);
  }

  /** The expression a reduction runs over; a long one is stored, as it cannot name its shared parts. */
  #summand(group: Group, term: Term, index: Index): Scalar {
    const value = this.#storedExpansion(group, term, index);
    if (writtenSize(value) <= LONGEST_SUMMAND || term.source.dtype === "bool") return value;
    this.store(term.source);
    group.expander.forget();
    return this.#storedExpansion(group, term, index);
  }

  /** Indices that take long to compute go to memory, once, before rows are gathered by them. */
  storeLongIndices({ inputs: [, indices] }: Node): void {
    if (indices !== undefined && this.#places.inlineSize(indices) > LONGEST_INDEX) {
      this.store(indices);
    }
  }

  addContraction(node: Einsum): void {
    const { lhs, rhs, a, b } = labelsOf(node);
    const { kind, outer, inner, indexOf } = productAxes(node, (shape) => this.#places.axes(shape));
    const group = this.#places.open(kind, outer, inner, [...outer, ...inner]);
    const args = [
      this.#operand(group, a, indexOf(lhs)),
      this.#operand(group, b, indexOf(rhs)),
    ];
    this.#places.addReduction(group, node, { kind: "apply", type: "f32", op: "mul", args });
  }

  /** Puts a value and its copy in memory. */
  storeCopy(copy: Node): void {
    for (const original of copy.inputs) this.store(original);
    this.#storeInMap(copy);
  }

  /** An operand of a contraction is a plain load with an affine index; what is not gets stored. */
  #operand(group: Group, node: Node, index: Index): Scalar {
    if (group.kind !== "contract") return this.#summand(group, elementOf(node), index);
    const plain = this.#plainLoad(group, node, index);
    if (plain !== undefined) return plain;
    const source = viewedSource(node);
    if (source !== undefined && !this.#places.tensors.has(source)) {
      this.store(source);
      group.expander.forget();
      const moved = this.#plainLoad(group, node, index);
      if (moved !== undefined) return moved;
    }
    this.store(node);
    group.expander.forget();
    return this.#storedExpansion(group, elementOf(node), index);
  }

  #plainLoad(group: Group, node: Node, index: Index): Scalar | undefined {
    const { scalar } = group.expander.expand(node, index);
    return scalar?.kind === "load" && this.#places.isAffine(scalar)
      ? this.#places.load(group, scalar)
      : undefined;
  }

  /** Expands a term in a group; what blocks the expansion is stored first. */
  #storedExpansion(group: Group, { source, expand }: Term, index: Index): Scalar {
    for (;;) {
      const { scalar, blockedBy, unreachable } = expand(group.expander, index);
      if (scalar !== undefined) return this.#places.load(group, scalar);
      if (unreachable || blockedBy.size === 0) {
        throw new Error(`Fusion cannot compute ${source.op} in kernel ${group.id}`);
      }
      this.#storeFrontier(source);
    }
  }

  #joinRows(group: Group, node: Reduce): boolean {
    const scalar = this.#tryIn(group, summandOf(node), pointOf(group.all));
    // Each reduction may come to be stored.
    const outputs = group.reductions.filter((each) => !this.#places.tensors.has(each.node)).length +
      1;
    const fits = scalar !== undefined && this.#places.hasRoom(group, scalar, outputs) &&
      writtenSize(scalar) <= LONGEST_SUMMAND;
    if (!fits) return false;
    this.#places.addReduction(group, node, this.#places.load(group, scalar));
    return true;
  }

  /** Expands in an existing group, if all is at hand, data is shared and no cycle arises. */
  #tryIn(group: Group, { source, expand }: Term, index: Index): Scalar | undefined {
    const first = expand(group.expander, index);
    if (first.unreachable) return undefined;
    for (const heavy of first.blockedBy) {
      const home = this.#places.home.get(heavy);
      if (home === undefined || depends(home, group)) return undefined;
    }
    if (first.blockedBy.size > 0) this.#storeFrontier(source, group);
    const { scalar } = expand(group.expander, index);
    if (scalar === undefined) return undefined;
    const homes = [...loadsOf(scalar)].map((tensor) => this.#places.homeOf(tensor));
    if (homes.some((home) => home !== undefined && home !== group && depends(home, group))) {
      return undefined;
    }
    const shares = usesLocal(scalar) ||
      [...loadsOf(scalar)].some((tensor) => group.loads.has(tensor)) ||
      homes.some((home) => home !== undefined && group.needs.has(home));
    return shares ? scalar : undefined;
  }

  /**
   * Stores what keeps a node from being computed elsewhere: the last values that are no larger than the
   * kernel's own points. `beside` is a kernel whose own values need no storing.
   */
  #storeFrontier(node: Node, beside?: Group): void {
    const homes = new Set(
      [...this.#places.reach(node)].map((heavy) => this.#places.home.get(heavy)),
    );
    const [home] = homes;
    if (homes.size === 0 || (homes.size === 1 && home === beside)) return;
    // A new value of a leaf is not read back: readers of its memory want the old one.
    const fits = homes.size === 1 && home !== undefined && node.dtype !== "bool" &&
      !this.#updates.has(node) && sameShape(node.shape, shapeOf(home.outer));
    if (isHeavy(node) || (fits && this.#storeIn(home, node))) {
      this.store(node);
      return;
    }
    for (const input of node.inputs) this.#storeFrontier(input, beside);
  }

  /** Puts a node in memory, in the kernel of something it is computed from if one fits. */
  store(node: Node): void {
    if (this.#places.tensors.has(node)) return;
    const home = this.#places.home.get(node);
    if (home !== undefined) {
      const reduction = home.reductions.find((each) => each.node === node);
      if (reduction === undefined) return;
      this.#places.addStored(home, node, "outer", {
        kind: "local",
        type: node.dtype,
        name: reduction.local,
      });
      return;
    }
    for (const group of this.#places.candidates(node)) if (this.#storeIn(group, node)) return;
    this.#storeInMap(node);
  }

  #storeIn(group: Group, node: Node): boolean {
    if (this.#places.home.get(node) === group) return true;
    if (this.#alone.has(node)) return false;
    const level = levelOf(group, node);
    if (level === undefined) return false;
    const point = pointOf(level === "outer" ? group.outer : group.all);
    const scalar = this.#tryIn(group, elementOf(node), point);
    if (scalar === undefined || !this.#places.hasRoom(group, scalar, 1)) return false;
    this.#places.addStored(group, node, level, this.#places.load(group, scalar));
    return true;
  }

  #storeInMap(node: Node): void {
    const axes = this.#places.axes(node.shape);
    const group = this.#places.open("map", axes, [], axes);
    const value = this.#storedExpansion(group, elementOf(node), pointOf(axes));
    this.#places.groups.push(group);
    this.#places.addStored(group, node, "outer", value);
  }
}

function sameRows(group: Group, shape: Shape, axes: readonly number[]): boolean {
  return sameShape(shapeOf(group.all), shape) &&
    group.all.every((axis, i) => group.inner.includes(axis) === axes.includes(i));
}
