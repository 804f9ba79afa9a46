/**
 * Decides where four neighbouring points can be computed at once.
 *
 * @module
 */
import { type Axis, terms } from "../../kernel/index_expr.ts";
import type { Scalar, Stage } from "../../kernel/kernel.ts";
import {
  type Access,
  accessesIn,
  type Motion,
  motion,
  strideAlong,
  type Tensors,
  uses,
} from "../../kernel/access.ts";
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

/** What is loaded or stored at a constant stride takes one instruction for each lane. */
export type Strided =
  /** As long as most of what moves is contiguous. */
  | "few"
  /** Wherever it has to be. */
  | "any";

/**
 * True if stages can run for four consecutive values of an axis at once: every load is contiguous along
 * it, goes along it in constant steps or does not depend on it, and so is every store, which uses all axes
 * around it.
 */
export function fitsLanes(
  stages: readonly Stage[],
  axis: Axis,
  tensors: Tensors,
  strided: Strided = "few",
): boolean {
  if (typeof axis.extent === "number" && axis.extent < LANES) return false;
  if (!stages.every((stage) => stageFits(stage, axis))) return false;
  const motions = accessesIn(stages, tensors).map((access) =>
    access.bytes === WORD_BYTES ? motion(access, axis) : bytesMotion(access, axis)
  );
  const count = (wanted: Motion) => motions.filter((each) => each === wanted).length;
  return count("other") === 0 && (strided === "any" || count("strided") <= count("contiguous") / 2);
}

const WORD_BYTES = 4;

/** Bytes are loaded four at a time where they are contiguous, and in no other way. */
function bytesMotion(access: Access, axis: Axis): Motion {
  const found = motion(access, axis);
  return found === "strided" ? "other" : found;
}
