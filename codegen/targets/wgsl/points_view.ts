/** The view-model of kernels with one invocation per point. @module */
import { divide, product } from "../../../dsl/dim.ts";
import { FOUR } from "../../kernel/fours.ts";
import type { Axis } from "../../kernel/index_expr.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { axisValues, type Named } from "./axis_values.ts";
import type { ExpressionWriter } from "./expression.ts";
import type { HeadView } from "./head_view.ts";
import { atOnePoint, statements } from "./statements.ts";
import { WideWriter } from "./wide.ts";

/** A kernel with one invocation per point of its parallel axes, or per four points of the innermost. */
export interface PointsView extends HeadView {
  readonly workgroup: number;
  readonly total: string;
  readonly axes: readonly Named[];
  readonly body: readonly string[];
}

/** The parts of a points kernel besides its head. */
export function pointsView(
  kernel: Kernel,
  workgroup: number,
  writer: ExpressionWriter,
): Omit<PointsView, keyof HeadView> {
  const stages = atOnePoint(writer);
  const body = kernel.stages.flatMap((stage) => statements(stage, stages));
  return {
    workgroup,
    total: writer.extent(product(kernel.parallel.map((axis) => axis.extent))).text,
    axes: axisValues(kernel.parallel, "place", writer, (axis) => writer.axes.has(axis.name)),
    body,
  };
}

/** The same for a kernel whose stages run in fours along the innermost axis. */
export function foursView(
  kernel: Kernel,
  axis: Axis,
  workgroup: number,
  writer: ExpressionWriter,
): Omit<PointsView, keyof HeadView> {
  const stages = new WideWriter(writer, kernel, axis);
  const body = kernel.stages.flatMap((stage) => statements(stage, stages));
  // The extent of the axis is a multiple of four, or its stages would not run in fours.
  const fours = { name: axis.name, extent: divide(axis.extent, FOUR) ?? axis.extent };
  const axes = [...kernel.parallel.slice(0, -1), fours];
  return {
    workgroup,
    total: writer.extent(product(axes.map(({ extent }) => extent))).text,
    axes: axisValues(axes, "place", writer, ({ name }) => writer.axes.has(name))
      .map(({ name, value }) => ({
        name,
        value: name === writer.ids.of("axis", axis.name) ? `${value} * ${FOUR}u` : value,
      })),
    body,
  };
}
