/**
 * Accesses: which elements of which tensors a kernel's stages touch.
 *
 * @module
 */
import type { Extent } from "../../../dsl/dim.ts";
import {
  affine,
  axesOf,
  type Axis,
  axisIndex,
  flatten,
  type IndexExpr,
  replaceAxes,
  terms,
} from "../../kernel/index_expr.ts";
import type { KernelTensor, Scalar, Stage } from "../../kernel/kernel.ts";
import { showIndex } from "../../kernel/print_scalar.ts";
import { ELEMENT_BYTES } from "./sizes.ts";

/** An element of a tensor: a pointer, which accesses may share, and a constant distance from it. */
export interface Access {
  readonly tensor: string;
  /** Equal for accesses that differ by a constant only. */
  readonly key: string;
  /** The terms of the element's position without its constant. */
  readonly terms: readonly IndexExpr[];
  /** The constant, in bytes. */
  readonly offset: number;
}

/** The tensors of a kernel by name. */
export type Tensors = ReadonlyMap<string, KernelTensor>;

/** The access of `tensor[index]`. */
export function accessOf(name: string, index: readonly IndexExpr[], tensors: Tensors): Access {
  const position = flatten(index, tensors.get(name)?.shape ?? []);
  const moving: IndexExpr[] = [];
  let offset = 0;
  for (const term of terms(position)) {
    if (term.kind === "extent" && typeof term.extent === "number") offset += term.extent;
    else moving.push(term);
  }
  const key = [name, ...moving.map(showIndex)].join(" + ");
  return { tensor: name, key, terms: moving, offset: offset * ELEMENT_BYTES };
}

function scalarAccesses(scalar: Scalar, tensors: Tensors): readonly Access[] {
  if (scalar.kind === "load") return [accessOf(scalar.tensor, scalar.index, tensors)];
  return scalar.kind === "apply" ? scalar.args.flatMap((arg) => scalarAccesses(arg, tensors)) : [];
}

/** All accesses of stages, those in inner loops included. */
export function accessesIn(stages: readonly Stage[], tensors: Tensors): readonly Access[] {
  return stages.flatMap((stage) => {
    if (stage.kind === "loop") return accessesIn(stage.body, tensors);
    const loads = scalarAccesses(stage.value, tensors);
    return stage.kind === "store"
      ? [...loads, accessOf(stage.tensor, stage.index, tensors)]
      : loads;
  });
}

/** All scalar expressions of stages, their parts included. */
export function scalarsIn(stages: readonly Stage[]): readonly Scalar[] {
  const parts = (scalar: Scalar): readonly Scalar[] =>
    scalar.kind === "apply" ? [scalar, ...scalar.args.flatMap(parts)] : [scalar];
  return stages.flatMap((stage) =>
    stage.kind === "loop" ? scalarsIn(stage.body) : parts(stage.value)
  );
}

/** All indices of stages: of loads, of stores, and those used as values. */
export function indicesIn(stages: readonly Stage[]): readonly IndexExpr[] {
  const loaded = scalarsIn(stages).flatMap((scalar) => {
    if (scalar.kind === "load") return scalar.index;
    return scalar.kind === "index" ? [scalar.index] : [];
  });
  const stored = (stage: Stage): readonly IndexExpr[] => {
    if (stage.kind === "loop") return stage.body.flatMap(stored);
    return stage.kind === "store" ? stage.index : [];
  };
  return [...loaded, ...stages.flatMap(stored)];
}

/** True if an index depends on an axis. */
export function uses(index: IndexExpr, axis: Axis): boolean {
  return axesOf(index).some((used) => used.name === axis.name);
}

/** The stride of a term along an axis, if the term is that axis times a constant. */
export function strideAlong(term: IndexExpr, axis: Axis): Extent | undefined {
  const strides = affine(term)?.strides;
  return strides?.size === 1 ? strides.get(axis.name) : undefined;
}

/** How an access moves with an axis: `invariant`, `contiguous` (stride 1) or neither. */
export type Motion = "invariant" | "contiguous" | "other";

/** How an access moves with an axis. */
export function motion(access: Access, axis: Axis): Motion {
  const [first, ...more] = access.terms.filter((term) => uses(term, axis));
  if (first === undefined) return "invariant";
  return more.length === 0 && strideAlong(first, axis) === 1 ? "contiguous" : "other";
}

function rewriteScalar(scalar: Scalar, change: (index: IndexExpr) => IndexExpr): Scalar {
  switch (scalar.kind) {
    case "load":
      return { ...scalar, index: scalar.index.map(change) };
    case "index":
      return { ...scalar, index: change(scalar.index) };
    case "apply":
      return { ...scalar, args: scalar.args.map((arg) => rewriteScalar(arg, change)) };
    default:
      return scalar;
  }
}

/** Changes every index in a stage. */
export function rewriteIndices<S extends Stage>(
  stage: S,
  change: (index: IndexExpr) => IndexExpr,
): S;
export function rewriteIndices(stage: Stage, change: (index: IndexExpr) => IndexExpr): Stage {
  switch (stage.kind) {
    case "loop":
      return { ...stage, body: stage.body.map((inner) => rewriteIndices(inner, change)) };
    case "store":
      return {
        ...stage,
        index: stage.index.map(change),
        value: rewriteScalar(stage.value, change),
      };
    default:
      return { ...stage, value: rewriteScalar(stage.value, change) };
  }
}

/** Replaces an axis by `axis + by`: the same expression, `by` steps further along. */
export function shift(axis: Axis, by: number): (index: IndexExpr) => IndexExpr {
  if (by === 0) return (index) => index;
  // Indices simplify as they are built and `add` would drop a zero: the sum is built as it stands.
  const moved: IndexExpr = {
    kind: "add",
    left: axisIndex(axis),
    right: { kind: "extent", extent: by },
  };
  return (index) => replaceAxes(index, (used) => used.name === axis.name ? moved : undefined);
}
