/** Makes one loop of sums that go through both factors of a product at constant distances. @module */
import { type Extent, product, sameExtent } from "../../dsl/dim.ts";
import {
  affine,
  type Axis,
  axisIndex,
  div,
  type IndexExpr,
  mapIndices,
  mod,
  replaceAxes,
} from "../kernel/index_expr.ts";
import type { Kernel, ReduceStage } from "../kernel/kernel.ts";
import { contractOperands } from "../kernel/verify_schedule.ts";
import { positionOf, touchesOf } from "./accesses.ts";

/** A sum's axis, the axes that it stands for with what they are in terms of it, and its stride in each factor. */
interface Sum {
  readonly axis: Axis;
  readonly parts: ReadonlyMap<string, IndexExpr>;
  readonly strides: readonly (Extent | undefined)[];
}

/** True if a step along `high` is as far as all steps along `low`, everywhere. */
function follows(high: Sum, low: Sum): boolean {
  return high.strides.every((stride, i) => {
    const unit = low.strides[i];
    return stride !== undefined && unit !== undefined &&
      sameExtent(stride, product([unit, low.axis.extent]));
  });
}

/** Both as one axis, which is named for the outer one. */
function joined(high: Sum, low: Sum): Sum {
  const { extent } = low.axis;
  const axis: Axis = { name: high.axis.name, extent: product([high.axis.extent, extent]) };
  const inside = (parts: ReadonlyMap<string, IndexExpr>, place: IndexExpr) =>
    [...parts].map(([part, index]) => [part, replaceAxes(index, () => place)] as const);
  return {
    axis,
    parts: new Map([
      ...inside(high.parts, div(axisIndex(axis), extent)),
      ...inside(low.parts, mod(axisIndex(axis), extent)),
    ]),
    strides: low.strides,
  };
}

function merged(sums: readonly Sum[]): readonly Sum[] {
  for (const high of sums) {
    const low = sums.find((other) => other !== high && follows(high, other));
    if (low === undefined) continue;
    const both = joined(high, low);
    return merged(sums.flatMap((each) => each === high ? [both] : each === low ? [] : [each]));
  }
  return sums;
}

/** A contraction with as few loops over its sum as there can be, as for windows that are contiguous in memory. */
export function mergeSums(kernel: Kernel): Kernel {
  const [sum, ...epilogue] = kernel.stages;
  if (sum?.kind !== "reduce" || contractOperands(kernel) === undefined) return kernel;
  const strides = touchesOf([sum], kernel.tensors).map((touch) =>
    affine(positionOf(touch, undefined))?.strides
  );
  const sums = merged(sum.over.map((axis): Sum => ({
    axis,
    parts: new Map([[axis.name, axisIndex(axis)]]),
    strides: strides.map((each) => each?.get(axis.name)),
  })));
  if (sums.length === sum.over.length) return kernel;
  const parts = new Map(sums.flatMap((each) => [...each.parts]));
  const change = (index: IndexExpr) => replaceAxes(index, ({ name }) => parts.get(name));
  const stage: ReduceStage = {
    ...sum,
    over: sums.map(({ axis }) => axis),
    value: mapIndices(sum.value, change),
  };
  return { ...kernel, stages: [stage, ...epilogue] };
}
