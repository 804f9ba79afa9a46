/**
 * What is where while fusion decides: which kernel computes each value, and what is in memory.
 *
 * @module
 */
import type { Extent, Shape } from "../../dsl/dim.ts";
import type { Node } from "../../dsl/ops.ts";
import { isHostScalar } from "../graph/graph.ts";
import { affine, flatten } from "../kernel/index_expr.ts";
import type { Scalar } from "../kernel/kernel.ts";
import { nameAxes } from "./axes.ts";
import { type Available, Expander, type Index, innerLabels, isOverlapSum } from "./expand.ts";
import { type Group, isPoint } from "./group.ts";
import { loadsOf } from "./loads.ts";

/** A reduction. */
export type Reduce = Extract<Node, { op: "sum" | "max" | "argmax" | "overlapAdd" }>;
/** A product. */
export type Einsum = Extract<Node, { op: "einsum" }>;

/** What fusion decides. */
export interface Fusion {
  readonly groups: readonly Group[];
  /** The tensor of each stored node; leaves under their own names. */
  readonly tensors: ReadonlyMap<Node, string>;
  /** Host scalars that kernels read, by the name of their uniform. */
  readonly uniforms: ReadonlyMap<string, Node>;
}

/** Names that a fusion gives out. */
export interface Naming {
  readonly tensor: (node: Node) => string;
  readonly uniform: (node: Node) => string;
  /** A readable name of a value, if it has one. */
  readonly local: (node: Node) => string | undefined;
  /** Names that axes must not have. */
  readonly taken: ReadonlySet<string>;
}

/** True for reductions. */
export function isReduce(node: Node): node is Reduce {
  return node.op === "sum" || node.op === "max" || node.op === "argmax" ||
    (node.op === "overlapAdd" && isOverlapSum(node));
}

/** True for what is computed once and never inline: reductions and contractions. */
export function isHeavy(node: Node): boolean {
  return !isHostScalar(node) && (isReduce(node) || isContraction(node));
}

/** A product that sums over nothing is an elementwise value like others. */
export function isContraction(node: Node): node is Einsum {
  return node.op === "einsum" && innerLabels(node).length > 0;
}

/** The groups so far, the homes of values, and the tensors in memory. */
export class Places implements Fusion {
  readonly groups: Group[] = [];
  readonly tensors = new Map<Node, string>();
  readonly uniforms = new Map<string, Node>();
  /** The group that computes each reduction, contraction or stored value. */
  readonly home = new Map<Node, Group>();
  readonly #naming: Naming;
  readonly #mostTensors: number;

  /** @param mostTensors how many tensors one kernel may use */
  constructor(naming: Naming, mostTensors: number) {
    this.#naming = naming;
    this.#mostTensors = mostTensors;
  }

  /** Axes for some extents, named for their dims. */
  axes(extents: readonly Extent[]): Group["all"] {
    return nameAxes(extents, this.#naming.taken);
  }

  /** A leaf is in memory from the start. */
  addLeaf(node: Node): void {
    this.tensors.set(node, this.#naming.tensor(node));
  }

  /** A new group that reduces over some axes of a shape. */
  rows(shape: readonly Extent[], axes: readonly number[]): Group {
    const all = this.axes(shape);
    return this.open(
      "rows",
      all.filter((_, i) => !axes.includes(i)),
      all.filter((_, i) => axes.includes(i)),
      all,
    );
  }

  /** A new group, which is not yet among the groups. */
  open(
    kind: Group["kind"],
    outer: Group["outer"],
    inner: Group["inner"],
    all: Group["all"],
  ): Group {
    const surroundings = {
      lookUp: (node: Node, index: Index): Available => this.#lookUp(group, node, index),
      uniform: (node: Node): string => this.#uniform(node),
    };
    const group: Group = {
      kind,
      id: this.groups.length,
      outer,
      inner,
      all,
      reductions: [],
      stored: [],
      needs: new Set(),
      loads: new Set(),
      expander: new Expander(surroundings),
    };
    return group;
  }

  #uniform(node: Node): string {
    const name = this.#naming.uniform(node);
    this.uniforms.set(name, node);
    return name;
  }

  /** What a group knows about a node at an index. */
  #lookUp(group: Group, node: Node, index: Index): Available {
    if (this.home.get(node) === group) {
      const reduction = group.reductions.find((each) => each.node === node);
      if (reduction !== undefined) {
        const type = node.dtype;
        return isPoint(index, group.outer)
          ? { kind: "value", scalar: { kind: "local", type, name: reduction.local } }
          : { kind: "unreachable" };
      }
      const stored = group.stored.find((each) => each.node === node);
      if (stored !== undefined) {
        const axes = stored.level === "outer" ? group.outer : group.all;
        return isPoint(index, axes)
          ? { kind: "value", scalar: stored.value }
          : { kind: "unreachable" };
      }
    }
    const tensor = this.tensors.get(node);
    return tensor === undefined ? { kind: "inline" } : { kind: "stored", tensor };
  }

  /** Notes what an accepted expression loads. */
  load(group: Group, scalar: Scalar): Scalar {
    for (const tensor of loadsOf(scalar)) {
      group.loads.add(tensor);
      const home = this.homeOf(tensor);
      if (home !== undefined && home !== group) group.needs.add(home);
    }
    return scalar;
  }

  /** The group that stores a tensor. */
  homeOf(tensor: string): Group | undefined {
    for (const [node, name] of this.tensors) if (name === tensor) return this.home.get(node);
    return undefined;
  }

  /** Adds a reduction to a group. */
  addReduction(group: Group, node: Node, value: Scalar): void {
    if (!this.groups.includes(group)) this.groups.push(group);
    const local = group.kind === "contract" ? "acc" : this.#localName(group, node);
    group.reductions.push({ node, local, value });
    this.home.set(node, group);
  }

  #localName(group: Group, node: Node): string {
    const kind = node.op === "argmax" ? "best" : node.op === "max" ? "largest" : "total";
    const named = this.#naming.local(node)?.replace(/\W/g, "_");
    const base = named === undefined || this.#naming.taken.has(named) ? kind : named;
    const same = group.reductions.filter((each) => each.local.startsWith(base)).length;
    return same === 0 ? base : `${base}_${same + 1}`;
  }

  /** Has a group store a value. */
  addStored(group: Group, node: Node, level: "outer" | "full", value: Scalar): void {
    group.stored.push({ node, level, value });
    this.home.set(node, group);
    this.tensors.set(node, this.#naming.tensor(node));
  }

  /** True if a kernel can use the tensors of one more expression, and so many more to store to. */
  hasRoom(group: Group, scalar: Scalar, outputs: number): boolean {
    const stored = group.stored.map((each) => this.tensors.get(each.node) ?? "");
    const used = [...group.loads, ...loadsOf(scalar), ...stored];
    // An updated tensor `W'` is where `W` was.
    return new Set(used.map((name) => name.replace(/'$/, ""))).size + outputs <= this.#mostTensors;
  }

  /** The shape of a tensor in memory. */
  shapeOf(tensor: string): Shape {
    for (const [node, name] of this.tensors) if (name === tensor) return node.shape;
    throw new Error(`Nothing is stored as "${tensor}"`);
  }

  /** True if a load's position is a sum of axes times strides. */
  isAffine(load: Extract<Scalar, { kind: "load" }>): boolean {
    return affine(flatten(load.index, this.shapeOf(load.tensor))) !== undefined;
  }

  /** Reductions and contractions that an inline expansion of this node reaches, not yet in memory. */
  reach(node: Node, found = new Set<Node>(), seen = new Set<Node>()): ReadonlySet<Node> {
    if (seen.has(node) || isHostScalar(node)) return found;
    seen.add(node);
    if (isHeavy(node)) {
      if (!this.tensors.has(node)) found.add(node);
    } else if (!this.tensors.has(node)) {
      for (const input of node.inputs) this.reach(input, found, seen);
    }
    return found;
  }

  /** Operators that an inline expansion of this node writes out, shared ones as often as they occur. */
  inlineSize(root: Node): number {
    const sizes = new Map<Node, number>();
    const visit = (node: Node): number => {
      const known = sizes.get(node);
      if (known !== undefined) return known;
      const isThere = isHostScalar(node) || isHeavy(node) || this.tensors.has(node);
      const size = isThere ? 0 : node.inputs.reduce((sum, each) => sum + visit(each), 1);
      sizes.set(node, size);
      return size;
    };
    return visit(root);
  }

  /** Kernels of the values that a node is computed from, latest first. */
  candidates(node: Node): readonly Group[] {
    const found = new Set<Group>();
    const seen = new Set<Node>();
    const visit = (each: Node): void => {
      if (seen.has(each)) return;
      seen.add(each);
      const home = this.home.get(each);
      if (home !== undefined) found.add(home);
      if (home !== undefined || this.tensors.has(each) || isHostScalar(each)) return;
      each.inputs.forEach(visit);
    };
    visit(node);
    return [...found].sort((a, b) =>
      b.id - a.id || this.groups.indexOf(b) - this.groups.indexOf(a)
    );
  }
}
