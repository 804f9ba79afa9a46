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
import { type Extent, sameShape } from "../../dsl/dim.ts";
import type { Node } from "../../dsl/ops.ts";
import { labelsOf } from "../graph/build.ts";
import { type Graph, isHostScalar, nodesOf } from "../graph/graph.ts";
import { affine, flatten } from "../kernel/index_expr.ts";
import type { Scalar } from "../kernel/kernel.ts";
import { nameAxes } from "./axes.ts";
import { type Available, Expander, type Index, innerLabels } from "./expand.ts";
import { depends, type Group, isPoint, levelOf, pointOf, shapeOf } from "./group.ts";

type Reduce = Extract<Node, { op: "sum" | "max" | "argmax" }>;
type Einsum = Extract<Node, { op: "einsum" }>;

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

function isReduce(node: Node): node is Reduce {
  return node.op === "sum" || node.op === "max" || node.op === "argmax";
}

function isHeavy(node: Node): boolean {
  return !isHostScalar(node) && (isReduce(node) || isContraction(node));
}

/** A product that sums over nothing is an elementwise value like others. */
function isContraction(node: Node): node is Einsum {
  return node.op === "einsum" && innerLabels(node).length > 0;
}

function reducedAxes(node: Reduce): readonly number[] {
  return node.op === "argmax" ? [node.attrs.axis] : node.attrs.axes;
}

/**
 * Decides the kernels of a graph.
 *
 * @param copies results that are copies of values, each in a kernel of its own
 */
export function fuse(graph: Graph, naming: Naming, copies: ReadonlySet<Node> = new Set()): Fusion {
  const fusion = new Fuser(naming);
  for (const node of nodesOf(graph)) {
    if (node.op === "input" && !isHostScalar(node)) fusion.addLeaf(node);
    if (isHostScalar(node)) continue;
    if (isReduce(node)) fusion.addReduction(node);
    if (isContraction(node)) fusion.addContraction(node);
  }
  for (const { node } of graph.results) {
    if (copies.has(node)) fusion.storeCopy(node);
    else fusion.storeResult(node);
  }
  return fusion;
}

class Fuser implements Fusion {
  readonly groups: Group[] = [];
  readonly tensors = new Map<Node, string>();
  readonly uniforms = new Map<string, Node>();
  readonly #naming: Naming;
  /** The group that computes each reduction, contraction or stored value. */
  readonly #home = new Map<Node, Group>();

  constructor(naming: Naming) {
    this.#naming = naming;
  }

  addLeaf(node: Node): void {
    this.tensors.set(node, this.#naming.tensor(node));
  }

  /** A reduction joins the kernel of an earlier one over the same axes if they share data. */
  addReduction(node: Reduce): void {
    const [operand] = node.inputs;
    if (operand === undefined) return;
    const axes = reducedAxes(node);
    for (const group of [...this.groups].reverse()) {
      if (
        group.kind === "rows" && sameRows(group, operand, axes) &&
        this.#joinRows(group, node, operand)
      ) {
        return;
      }
    }
    const group = this.#rows(operand.shape, axes);
    this.#reduceIn(
      group,
      node,
      (expander) => this.#storedExpansion(group, expander, operand, pointOf(group.all)),
    );
  }

  /** One row axis, one column axis and one inner axis make a contraction; others sum products. */
  addContraction(node: Einsum): void {
    const { lhs, rhs, out, a, b } = labelsOf(node);
    const inner = innerLabels(node);
    const rows = [...out].filter((label) => !rhs.includes(label));
    const columns = [...out].filter((label) => !lhs.includes(label));
    const extents = new Map<string, Extent>();
    [...lhs].forEach((label, i) => extents.set(label, a.shape[i] ?? 1));
    [...rhs].forEach((label, i) => extents.set(label, b.shape[i] ?? 1));
    const labels = [...out, ...inner];
    const axes = nameAxes(labels.map((label) => extents.get(label) ?? 1), this.#naming.taken);
    const contract = inner.length === 1 && rows.length === 1 && columns.length === 1;
    const group = this.#open(
      contract ? "contract" : "rows",
      axes.slice(0, out.length),
      axes.slice(out.length),
      axes,
    );
    const indexOf = (side: string): Index => {
      const point = pointOf(axes);
      return [...side].map((label) =>
        point[labels.indexOf(label)] ?? { kind: "extent", extent: 0 }
      );
    };
    this.#reduceIn(group, node, (expander) => {
      const left = this.#operand(group, expander, a, indexOf(lhs), contract);
      const right = this.#operand(group, expander, b, indexOf(rhs), contract);
      return { kind: "apply", type: "f32", op: "mul", args: [left, right] };
    });
  }

  /** Puts a result of the program in memory. */
  storeResult(node: Node): void {
    this.#store(node);
  }

  /** Puts a value and its copy in memory. */
  storeCopy(copy: Node): void {
    for (const original of copy.inputs) this.#store(original);
    this.#storeInMap(copy);
  }

  /** An operand of a contraction is a plain load with an affine index; what is not gets stored. */
  #operand(group: Group, expander: Expander, node: Node, index: Index, contract: boolean): Scalar {
    if (!contract) return this.#storedExpansion(group, expander, node, index);
    const { scalar } = expander.expand(node, index);
    if (scalar?.kind === "load" && this.#isAffine(scalar, node)) return this.#load(group, scalar);
    this.#store(node);
    expander.forget();
    return this.#storedExpansion(group, expander, node, index);
  }

  #isAffine(load: Extract<Scalar, { kind: "load" }>, node: Node): boolean {
    const stored = [...this.tensors].find(([, name]) => name === load.tensor)?.[0] ?? node;
    return affine(flatten(load.index, stored.shape)) !== undefined;
  }

  #rows(shape: readonly Extent[], axes: readonly number[]): Group {
    const all = nameAxes(shape, this.#naming.taken);
    return this.#open(
      "rows",
      all.filter((_, i) => !axes.includes(i)),
      all.filter((_, i) => axes.includes(i)),
      all,
    );
  }

  #open(
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
    if (this.#home.get(node) === group) {
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

  /** Expands a node in a group; what blocks the expansion is stored first. */
  #storedExpansion(group: Group, expander: Expander, node: Node, index: Index): Scalar {
    for (;;) {
      const { scalar, blockedBy, unreachable } = expander.expand(node, index);
      if (scalar !== undefined) return this.#load(group, scalar);
      if (unreachable || blockedBy.size === 0) {
        throw new Error(`Fusion cannot compute ${node.op} in kernel ${group.id}`);
      }
      this.#storeFrontier(node);
    }
  }

  /** Notes what an accepted expression loads. */
  #load(group: Group, scalar: Scalar): Scalar {
    for (const tensor of loadsOf(scalar)) {
      group.loads.add(tensor);
      const home = this.#homeOf(tensor);
      if (home !== undefined && home !== group) group.needs.add(home);
    }
    return scalar;
  }

  #homeOf(tensor: string): Group | undefined {
    for (const [node, name] of this.tensors) if (name === tensor) return this.#home.get(node);
    return undefined;
  }

  #reduceIn(group: Group, node: Node, value: (expander: Expander) => Scalar): void {
    const scalar = value(group.expander);
    if (!this.groups.includes(group)) this.groups.push(group);
    const local = group.kind === "contract" ? "acc" : this.#localName(group, node);
    group.reductions.push({ node, local, value: scalar });
    this.#home.set(node, group);
  }

  #localName(group: Group, node: Node): string {
    const kind = node.op === "argmax" ? "best" : node.op === "max" ? "largest" : "total";
    const named = this.#naming.local(node)?.replace(/\W/g, "_");
    const base = named === undefined || this.#naming.taken.has(named) ? kind : named;
    const same = group.reductions.filter((each) => each.local.startsWith(base)).length;
    return same === 0 ? base : `${base}_${same + 1}`;
  }

  #joinRows(group: Group, node: Node, operand: Node): boolean {
    const scalar = this.#tryIn(group, operand, pointOf(group.all));
    if (scalar === undefined) return false;
    this.#reduceIn(group, node, () => this.#load(group, scalar));
    return true;
  }

  /** Expands in an existing group, if all is at hand, data is shared and no cycle arises. */
  #tryIn(group: Group, node: Node, index: Index): Scalar | undefined {
    const first = group.expander.expand(node, index);
    if (first.unreachable) return undefined;
    for (const heavy of first.blockedBy) {
      const home = this.#home.get(heavy);
      if (home === undefined || depends(home, group)) return undefined;
    }
    if (first.blockedBy.size > 0) this.#storeFrontier(node, group);
    const { scalar } = group.expander.expand(node, index);
    if (scalar === undefined) return undefined;
    const homes = [...loadsOf(scalar)].map((tensor) => this.#homeOf(tensor));
    if (homes.some((home) => home !== undefined && home !== group && depends(home, group))) {
      return undefined;
    }
    const shares = usesLocal(scalar) ||
      [...loadsOf(scalar)].some((tensor) => group.loads.has(tensor)) ||
      homes.some((home) => home !== undefined && group.needs.has(home));
    return shares ? scalar : undefined;
  }

  /** Reductions and contractions that an inline expansion of this node reaches, not yet in memory. */
  #reach(node: Node, found = new Set<Node>(), seen = new Set<Node>()): ReadonlySet<Node> {
    if (seen.has(node) || isHostScalar(node)) return found;
    seen.add(node);
    if (isHeavy(node)) {
      if (!this.tensors.has(node)) found.add(node);
    } else if (!this.tensors.has(node)) {
      for (const input of node.inputs) this.#reach(input, found, seen);
    }
    return found;
  }

  /**
   * Stores what keeps a node from being computed elsewhere: the last values that are no larger than the
   * kernel's own points. `beside` is a kernel whose own values need no storing.
   */
  #storeFrontier(node: Node, beside?: Group): void {
    const homes = new Set([...this.#reach(node)].map((heavy) => this.#home.get(heavy)));
    const [home] = homes;
    if (homes.size === 0 || (homes.size === 1 && home === beside)) return;
    const fits = homes.size === 1 && home !== undefined && node.dtype !== "bool" &&
      sameShape(node.shape, shapeOf(home.outer));
    if (isHeavy(node) || (fits && this.#storeIn(home, node))) {
      this.#store(node);
      return;
    }
    for (const input of node.inputs) this.#storeFrontier(input, beside);
  }

  /** Puts a node in memory, in the kernel of something it is computed from if one fits. */
  #store(node: Node): void {
    if (this.tensors.has(node)) return;
    const home = this.#home.get(node);
    if (home !== undefined) {
      const reduction = home.reductions.find((each) => each.node === node);
      if (reduction === undefined) return;
      this.#addStored(home, node, "outer", {
        kind: "local",
        type: node.dtype,
        name: reduction.local,
      });
      return;
    }
    for (const group of this.#candidates(node)) if (this.#storeIn(group, node)) return;
    this.#storeInMap(node);
  }

  /** Kernels of the values that a node is computed from, latest first. */
  #candidates(node: Node): readonly Group[] {
    const found = new Set<Group>();
    const visit = (each: Node): void => {
      const home = this.#home.get(each);
      if (home !== undefined) found.add(home);
      if (home !== undefined || this.tensors.has(each) || isHostScalar(each)) return;
      each.inputs.forEach(visit);
    };
    visit(node);
    return [...found].sort((a, b) =>
      b.id - a.id || this.groups.indexOf(b) - this.groups.indexOf(a)
    );
  }

  #storeIn(group: Group, node: Node): boolean {
    if (this.#home.get(node) === group) return true;
    const level = levelOf(group, node);
    if (level === undefined) return false;
    const scalar = this.#tryIn(group, node, pointOf(level === "outer" ? group.outer : group.all));
    if (scalar === undefined) return false;
    this.#addStored(group, node, level, this.#load(group, scalar));
    return true;
  }

  #storeInMap(node: Node): void {
    const axes = nameAxes(node.shape, this.#naming.taken);
    const group = this.#open("map", axes, [], axes);
    const value = this.#storedExpansion(group, group.expander, node, pointOf(axes));
    this.groups.push(group);
    this.#addStored(group, node, "outer", value);
  }

  #addStored(group: Group, node: Node, level: "outer" | "full", value: Scalar): void {
    group.stored.push({ node, level, value });
    this.#home.set(node, group);
    this.tensors.set(node, this.#naming.tensor(node));
  }
}

function sameRows(group: Group, operand: Node, axes: readonly number[]): boolean {
  return sameShape(shapeOf(group.all), operand.shape) &&
    group.all.every((axis, i) => group.inner.includes(axis) === axes.includes(i));
}

/** The tensors that an expression loads. */
export function loadsOf(scalar: Scalar, found: Set<string> = new Set()): ReadonlySet<string> {
  if (scalar.kind === "load") found.add(scalar.tensor);
  if (scalar.kind === "apply") scalar.args.forEach((arg) => loadsOf(arg, found));
  return found;
}

function usesLocal(scalar: Scalar): boolean {
  return scalar.kind === "local" || (scalar.kind === "apply" && scalar.args.some(usesLocal));
}
