/**
 * Accesses: which elements of which tensors a kernel's stages touch.
 *
 * @module
 */
import type { Extent } from "../../dsl/dim.ts";
import {
  affine,
  axesOf,
  type Axis,
  axisIndex,
  flatten,
  type IndexExpr,
  mapIndices,
  replaceAxes,
  terms,
  valuesIn,
} from "./index_expr.ts";
import type { KernelTensor, Scalar, Stage, StoreStage } from "./kernel.ts";
import { showIndex } from "./print_scalar.ts";
import { partsOf, somePart } from "./scalar_walk.ts";
import { ELEMENT_BYTES } from "./storage.ts";

/** An element of a tensor: a pointer, which accesses may share, and a constant distance from it. */
export interface Access {
  readonly tensor: string;
  /** Equal for accesses that differ by a constant only. */
  readonly key: string;
  /** The terms of the element's position without its constant. */
  readonly terms: readonly IndexExpr[];
  /** The constant, in bytes. */
  readonly offset: number;
  /** Bytes of an element. */
  readonly bytes: number;
}

/** The tensors of a kernel by name. */
export type Tensors = ReadonlyMap<string, KernelTensor>;

/** The access of `tensor[index]`. */
export function accessOf(name: string, index: readonly IndexExpr[], tensors: Tensors): Access {
  const tensor = tensors.get(name);
  const position = flatten(index, tensor?.shape ?? []);
  const bytes = ELEMENT_BYTES[tensor?.dtype ?? "f32"];
  const moving: IndexExpr[] = [];
  let offset = 0;
  for (const term of terms(position)) {
    if (term.kind === "extent" && typeof term.extent === "number") offset += term.extent;
    else moving.push(term);
  }
  const key = [name, ...moving.map(showIndex)].join(" + ");
  return { tensor: name, key, terms: moving, offset: offset * bytes, bytes };
}

/** What an index is loaded from comes before what is loaded at that index. */
function scalarAccesses(scalar: Scalar, tensors: Tensors): readonly Access[] {
  const below = partsOf(scalar).flatMap((part) => scalarAccesses(part, tensors));
  return scalar.kind === "load"
    ? [...below, accessOf(scalar.tensor, scalar.index, tensors)]
    : below;
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
  const parts = (scalar: Scalar): readonly Scalar[] => [scalar, ...partsOf(scalar).flatMap(parts)];
  return stages.flatMap((stage) =>
    stage.kind === "loop" ? scalarsIn(stage.body) : parts(stage.value)
  );
}

/** All stores of stages, those in loops included. */
export function storesIn(stages: readonly Stage[]): readonly StoreStage[] {
  return stages.flatMap((stage) => {
    if (stage.kind === "loop") return storesIn(stage.body);
    return stage.kind === "store" ? [stage] : [];
  });
}

/** Equal for equal indices. */
export function indexKey(index: readonly IndexExpr[]): string {
  return index.map(showIndex).join(", ");
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

/** True if an index depends on a local, which is known only once the stages before have run. */
export function usesLocal(index: IndexExpr): boolean {
  return valuesIn(index).some((value) => somePart(value, (part) => part.kind === "local"));
}

/** The stride of a term along an axis, if the term is that axis times a constant. */
export function strideAlong(term: IndexExpr, axis: Axis): Extent | undefined {
  const strides = affine(term)?.strides;
  return strides?.size === 1 ? strides.get(axis.name) : undefined;
}

/** How an access moves with an axis: not at all, to the next element, by a constant stride, or otherwise. */
export type Motion = "invariant" | "contiguous" | "strided" | "other";

/** How an access moves with an axis. */
export function motion(access: Access, axis: Axis): Motion {
  if (access.terms.some(usesLocal)) return "other";
  const [first, ...more] = access.terms.filter((term) => uses(term, axis));
  if (first === undefined) return "invariant";
  const stride = strideAlong(first, axis);
  if (more.length > 0 || stride === undefined) return "other";
  return stride === 1 ? "contiguous" : "strided";
}

/** An element that a kernel loads or stores, as its stages say. */
export interface Element {
  readonly tensor: string;
  readonly index: readonly IndexExpr[];
}

/** All elements that stages load, then all that they store. */
export function elementsIn(stages: readonly Stage[]): readonly Element[] {
  const loads = scalarsIn(stages).filter((scalar) => scalar.kind === "load");
  return [...loads, ...storesIn(stages)].map(({ tensor, index }) => ({ tensor, index }));
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
        value: mapIndices(stage.value, change),
      };
    default:
      return { ...stage, value: mapIndices(stage.value, change) };
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
