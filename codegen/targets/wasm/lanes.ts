/**
 * Decides where four neighbouring points can be computed at once.
 *
 * @module
 */
import { type Axis, terms } from "../../kernel/index_expr.ts";
import type { Scalar, Stage } from "../../kernel/kernel.ts";
import { accessesIn, motion, strideAlong, type Tensors, uses } from "./access.ts";
import { LANES } from "./vector_ops.ts";

function indicesIn(scalar: Scalar): readonly Scalar[] {
  if (scalar.kind === "index") return [scalar];
  return scalar.kind === "apply" ? scalar.args.flatMap(indicesIn) : [];
}

/** An index as a value is a ramp over the lanes, or the same in all of them. */
function indexFits(scalar: Scalar, axis: Axis): boolean {
  if (scalar.kind !== "index") return true;
  const moving = terms(scalar.index).filter((term) => uses(term, axis));
  return moving.length <= 1 && moving.every((term) => strideAlong(term, axis) !== undefined);
}

function stageFits(stage: Stage, axis: Axis): boolean {
  if (stage.kind === "loop") return stage.body.every((inner) => stageFits(inner, axis));
  if (stage.kind === "reduce" && stage.combine === "argmax") return false;
  return indicesIn(stage.value).every((scalar) => indexFits(scalar, axis));
}

/**
 * True if stages can run for four consecutive values of an axis at once: every load is contiguous along
 * it or does not depend on it, and so is every store, which uses all axes around it.
 */
export function fitsLanes(stages: readonly Stage[], axis: Axis, tensors: Tensors): boolean {
  return !(typeof axis.extent === "number" && axis.extent < LANES) &&
    stages.every((stage) => stageFits(stage, axis)) &&
    accessesIn(stages, tensors).every((access) => motion(access, axis) !== "other");
}
