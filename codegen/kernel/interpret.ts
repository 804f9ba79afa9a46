/**
 * Reference interpreter: runs kernels in float64, one point after the other, as their stages say.
 *
 * It knows no schedule and no target. It is slow and meant to be: every target is tested against it.
 *
 * @module
 */
import { type DimValues, evaluateExtent, type Extent } from "../../dsl/dim.ts";
import { evaluateHost } from "./host_expr.ts";
import { evaluateIndex } from "./evaluate_index.ts";
import type { Axis, IndexExpr } from "./index_expr.ts";
import type { Combine, Kernel, Program, ReduceStage, Scalar, Stage } from "./kernel.ts";
import { applyTyped } from "./scalar_math.ts";

/** A tensor's values, row-major. */
export interface TensorValue {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** The tensors of a module by name; interpreting a kernel changes the ones it stores to. */
export type TensorValues = ReadonlyMap<string, TensorValue>;

/** What the expressions of one point may refer to. */
interface Point {
  readonly kernel: Kernel;
  /** Tensors that are rounded to 16 bits where they are stored. */
  readonly halves: ReadonlySet<string>;
  readonly tensors: TensorValues;
  readonly dims: DimValues;
  readonly uniforms: ReadonlyMap<string, number>;
  readonly axes: Map<string, number>;
  readonly locals: Map<string, number>;
}

function named<Value>(values: ReadonlyMap<string, Value>, name: string, what: string): Value {
  const value = values.get(name);
  if (value === undefined) throw new Error(`Cannot interpret: ${what} "${name}" has no value`);
  return value;
}

function indexValue(index: IndexExpr, point: Point): number {
  return evaluateIndex(
    index,
    point.axes,
    (extent: Extent) => evaluateExtent(extent, point.dims),
    (value) => evaluate(value, point),
  );
}

/** Where an element stands, with each index checked against the shape. */
function locate(name: string, index: readonly IndexExpr[], point: Point) {
  const tensor = named(point.tensors, name, "tensor");
  const position = tensor.shape.reduce((outer, extent, axis) => {
    const inner = index[axis];
    const value = inner === undefined ? NaN : indexValue(inner, point);
    if (!(value >= 0 && value < extent)) {
      throw new RangeError(
        `Cannot interpret ${point.kernel.name}: index ${value} of ${name} is outside axis ${axis} of [${
          tensor.shape.join(", ")
        }]`,
      );
    }
    return outer * extent + value;
  }, 0);
  return { data: tensor.data, position };
}

function evaluate(scalar: Scalar, point: Point): number {
  switch (scalar.kind) {
    case "constant":
      return scalar.value;
    case "uniform":
      return named(point.uniforms, scalar.name, "uniform");
    case "local":
      return named(point.locals, scalar.name, "local");
    case "load": {
      const { data, position } = locate(scalar.tensor, scalar.index, point);
      return data[position] ?? NaN;
    }
    case "index":
      return indexValue(scalar.index, point);
    case "apply":
      return applyTyped(
        scalar.op,
        scalar.args.map((arg) => evaluate(arg, point)),
        scalar.type,
        scalar.args[0]?.type,
      );
  }
}

/** Calls `visit` for every point of the axes, the last axis fastest. */
function forEachPoint(axes: readonly Axis[], point: Point, visit: () => void): void {
  const [axis, ...inner] = axes;
  if (axis === undefined) return visit();
  const extent = evaluateExtent(axis.extent, point.dims);
  for (let value = 0; value < extent; value++) {
    point.axes.set(axis.name, value);
    forEachPoint(inner, point, visit);
  }
  point.axes.delete(axis.name);
}

const COMBINE: { readonly [Name in Combine]: (values: readonly number[]) => number } = {
  sum: (values) => values.reduce((total, value) => total + value, 0),
  max: (values) => values.reduce((largest, value) => Math.max(largest, value), -Infinity),
  argmax: (values) =>
    values.reduce((best, value, at) => (value > (values[best] ?? NaN) ? at : best), 0),
};

function reduce(stage: ReduceStage, point: Point): number {
  const values: number[] = [];
  forEachPoint(stage.over, point, () => values.push(evaluate(stage.value, point)));
  const result = COMBINE[stage.combine](values);
  if (stage.type === "u32") return result >>> 0;
  return stage.type === "i32" ? result | 0 : result;
}

function runStage(stage: Stage, point: Point): void {
  switch (stage.kind) {
    case "reduce":
      point.locals.set(stage.into, reduce(stage, point));
      return;
    case "let":
      point.locals.set(stage.name, evaluate(stage.value, point));
      return;
    case "store": {
      const value = evaluate(stage.value, point);
      const { data, position } = locate(stage.tensor, stage.index, point);
      data[position] = point.halves.has(stage.tensor) ? Math.f16round(value) : value;
      return;
    }
    case "loop":
      forEachPoint(stage.over, point, () => {
        for (const inner of stage.body) runStage(inner, point);
      });
  }
}

/** Runs a kernel over tensors, which it changes. */
export function interpretKernel(
  kernel: Kernel,
  tensors: TensorValues,
  dims: DimValues,
  uniforms: ReadonlyMap<string, number>,
): void {
  const halves = new Set(
    kernel.tensors.filter(({ dtype }) => dtype === "f16").map(({ name }) => name),
  );
  const state = { axes: new Map(), locals: new Map() };
  const point: Point = { kernel, halves, tensors, dims, uniforms, ...state };
  forEachPoint(kernel.parallel, point, () => {
    point.locals.clear();
    for (const stage of kernel.stages) runStage(stage, point);
  });
}

/**
 * Runs a program over the tensors of its module, which it changes.
 *
 * @param dims numbers for the fixed dims and for those of this call.
 * @param scalars numbers for the program's scalars.
 */
export function interpretProgram(
  program: Program,
  tensors: TensorValues,
  dims: DimValues,
  scalars: Readonly<Record<string, number>> = {},
): void {
  const uniforms = new Map(
    program.uniforms.map(({ name, value }) => [name, evaluateHost(value, dims, scalars)] as const),
  );
  for (const kernel of program.kernels) interpretKernel(kernel, tensors, dims, uniforms);
}
