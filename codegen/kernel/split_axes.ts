/**
 * Splits loops so that remainders and quotients by constants become loop variables.
 *
 * Where `j` runs to `n·K` and an index holds `j mod K` or `j div K`, a loop over `g` to `n` around a loop
 * over `j` to `K` visits the same points in the same order, with `g·K + j` for the old `j`: the
 * remainder is the new `j` and the quotient is `g`. Without divisions, addresses move by addition and
 * lanes are possible.
 *
 * @module
 */
import { divide, type Extent, extentKey } from "../../dsl/dim.ts";
import { type Axis, axisIndex, type IndexExpr } from "./index_expr.ts";
import { add, mul, replaceAxes } from "./index_expr.ts";
import type { Kernel, Stage } from "./kernel.ts";
import { indicesIn, rewriteIndices } from "./access.ts";

/** Divisors of a bare axis in an index. */
function divisors(index: IndexExpr, axis: Axis): readonly Extent[] {
  switch (index.kind) {
    case "extent":
    case "axis":
    case "value":
      return [];
    case "add":
      return [...divisors(index.left, axis), ...divisors(index.right, axis)];
    case "mul":
      return divisors(index.left, axis);
    case "div":
    case "mod":
      return index.left.kind === "axis" && index.left.axis.name === axis.name
        ? [index.by]
        : divisors(index.left, axis);
  }
}

/** The one extent that an axis is divided by, if it goes into the axis's extent. */
function splitOf(axis: Axis, stages: readonly Stage[]): readonly [Axis, Axis] | undefined {
  const found = indicesIn(stages).flatMap((index) => divisors(index, axis));
  const [inner] = found;
  if (inner === undefined || new Set(found.map(extentKey)).size !== 1) return undefined;
  const outer = divide(axis.extent, inner);
  if (outer === undefined) return undefined;
  return [{ name: `${axis.name}_outer`, extent: outer }, { name: axis.name, extent: inner }];
}

/** Splits axes, and gives the change that their split makes to indices. */
function splitAll(axes: readonly Axis[], stages: readonly Stage[]): {
  readonly axes: readonly Axis[];
  readonly change: (index: IndexExpr) => IndexExpr;
} {
  const replaced = new Map<string, IndexExpr>();
  const all = axes.flatMap((axis) => {
    const split = splitOf(axis, stages);
    if (split === undefined) return [axis];
    const [outer, inner] = split;
    replaced.set(axis.name, add(mul(axisIndex(outer), inner.extent), axisIndex(inner)));
    return split;
  });
  return { axes: all, change: (index) => replaceAxes(index, ({ name }) => replaced.get(name)) };
}

function splitStage(stage: Stage): Stage {
  if (stage.kind !== "loop" && stage.kind !== "reduce") return stage;
  if (stage.kind === "reduce" && stage.combine === "argmax") return stage;
  const { axes, change } = splitAll(stage.over, [stage]);
  return { ...rewriteIndices(stage, change), over: axes };
}

/** A kernel that computes the same with as few divisions in its indices as splitting can achieve. */
export function splitAxes(kernel: Kernel): Kernel {
  const { axes, change } = splitAll(kernel.parallel, kernel.stages);
  const stages = kernel.stages.map((stage) => splitStage(rewriteIndices(stage, change)));
  return { ...kernel, parallel: axes, stages };
}
