/**
 * Which loads and stores may take four elements at once: those of f32 that lie side by side, from a
 * multiple of four on.
 *
 * @module
 */
import { type Extent, factors } from "../../dsl/dim.ts";
import { affine, type Axis, flatten, type IndexExpr } from "./index_expr.ts";
import type { KernelTensor, Scalar, Stage } from "./kernel.ts";
import { forEachPart } from "./scalar_walk.ts";
import { LOADED } from "./storage.ts";

/** Elements that are loaded or stored at once. */
export const FOUR = 4;

/** True if an extent is a multiple of a number, whatever its dims are, and not 0. */
export function isMultiple(extent: Extent, of: number): boolean {
  const { coefficient } = factors(extent);
  return coefficient !== 0 && coefficient % of === 0;
}

/** A load, as operands of contractions are. */
export type Load = Scalar & { readonly kind: "load" };

/** True if elements at consecutive places of an axis can be loaded or stored four at a time. */
export function isInFours(
  { dtype, shape }: Pick<KernelTensor, "dtype" | "shape">,
  index: readonly IndexExpr[],
  axis: Axis,
): boolean {
  const position = affine(flatten(index, shape));
  if (LOADED[dtype] !== "f32" || position === undefined) return false;
  const { strides, offsets } = position;
  const others = [...strides].filter(([name]) => name !== axis.name).map(([, stride]) => stride);
  return strides.get(axis.name) === 1 && isMultiple(axis.extent, FOUR) &&
    [...others, ...offsets].every((distance) => isMultiple(distance, FOUR));
}

/** True if the elements of an operand at consecutive places of an axis lie side by side. */
export function liesAlong(
  { tensor, index }: Load,
  axis: Axis,
  tensors: readonly KernelTensor[],
): boolean {
  const shape = tensors.find(({ name }) => name === tensor)?.shape ?? [];
  return affine(flatten(index, shape))?.strides.get(axis.name) === 1;
}

/** True if an operand, which the kernel only reads, can be loaded in fours along an axis. */
export function loadsInFours(
  { tensor, index }: Load,
  axis: Axis,
  tensors: readonly KernelTensor[],
): boolean {
  const found = tensors.find(({ name }) => name === tensor);
  return found?.access === "read" && isInFours(found, index, axis);
}

/** True if stages that run at each point can run at four points of an axis at once. */
export function runsInFours(
  stages: readonly Stage[],
  axis: Axis,
  tensors: readonly KernelTensor[],
): boolean {
  return stages.every((stage) => {
    if (stage.kind !== "store") return stage.kind === "let";
    const tensor = tensors.find(({ name }) => name === stage.tensor);
    return tensor !== undefined && isInFours(tensor, stage.index, axis);
  });
}

/** Tensors that stages, run at four points of an axis at once, load or store in fours. */
export function tensorsInFours(
  stages: readonly Stage[],
  axis: Axis,
  tensors: readonly KernelTensor[],
): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (name: string, index: readonly IndexExpr[]): void => {
    const tensor = tensors.find((each) => each.name === name);
    if (tensor !== undefined && isInFours(tensor, index, axis)) found.add(name);
  };
  for (const stage of stages) {
    if (stage.kind === "loop") continue;
    if (stage.kind === "store") visit(stage.tensor, stage.index);
    forEachPart([stage.value], (part) => {
      if (part.kind === "load") visit(part.tensor, part.index);
    });
  }
  return found;
}
