/**
 * The functions of a kernel: what they may refer to, and how they call each other.
 *
 * @module
 */
import { type Extent, factors } from "../../../dsl/dim.ts";
import { axesOf, type Axis, type IndexExpr } from "../../kernel/index_expr.ts";
import type { Kernel, Stage } from "../../kernel/kernel.ts";
import { indicesIn, scalarsIn } from "../../kernel/access.ts";
import { FunctionBuilder } from "./function_builder.ts";
import type { Split } from "./kernel_plan.ts";
import type { MathCalls } from "./math_calls.ts";
import type { Scope } from "./scope.ts";
import { Sizes } from "./sizes.ts";
import { writeScalar } from "./values.ts";
import { form, get, type Local, type WasmType, type Wat } from "./wat.ts";

/** What the functions of a module share. */
export interface ModuleNames {
  readonly math: MathCalls;
  /** Identifiers of the globals that hold fixed dims. */
  readonly dims: ReadonlyMap<string, string>;
  readonly callDims: readonly string[];
  /** The identifier of the global that holds a tensor's address. */
  readonly at: (tensor: string) => string;
}

/** A parameter that every function of a kernel takes: a call dim or a uniform. */
export interface Parameter {
  readonly name: string;
  readonly type: WasmType;
}

function indexExtents(index: IndexExpr): readonly Extent[] {
  switch (index.kind) {
    case "extent":
      return [index.extent];
    case "axis":
    case "value":
      return [];
    case "add":
      return [...indexExtents(index.left), ...indexExtents(index.right)];
    default:
      return [...indexExtents(index.left), index.by];
  }
}

/** The loop axes of stages. */
function axesIn(stages: readonly Stage[]): readonly Axis[] {
  return stages.flatMap((stage) =>
    stage.kind === "reduce" || stage.kind === "loop" ? stage.over : []
  );
}

/** Names of all dims that a kernel's functions may need. */
function dimsOf(kernel: Kernel): ReadonlySet<string> {
  const indices = indicesIn(kernel.stages);
  const axes = [...kernel.parallel, ...axesIn(kernel.stages), ...indices.flatMap(axesOf)];
  // The outermost extent of a shape bounds an axis, but is part of no stride.
  const strides = kernel.tensors.flatMap((tensor) => tensor.shape.slice(1));
  const extents = [
    ...strides,
    ...axes.map((axis) => axis.extent),
    ...indices.flatMap(indexExtents),
  ];
  return new Set(extents.flatMap((extent) => factors(extent).symbols));
}

/** The parameters of a kernel's functions: the call dims and the uniforms it uses. */
export function parametersOf(kernel: Kernel, module: ModuleNames): readonly Parameter[] {
  const dims = dimsOf(kernel);
  const parameters = new Map<string, WasmType>();
  for (const name of module.callDims) if (dims.has(name)) parameters.set(name, "i32");
  for (const scalar of scalarsIn(kernel.stages)) {
    if (scalar.kind === "uniform") {
      parameters.set(scalar.name, scalar.type === "f32" ? "f32" : "i32");
    }
  }
  return [...parameters].map(([name, type]) => ({ name, type }));
}

/** A function of a kernel that has begun, and the place at its start. */
export interface KernelFunction {
  readonly fn: FunctionBuilder;
  readonly scope: Scope;
  /** The locals of the kernel's parameters, in order; a call of another function passes them on. */
  readonly passed: readonly Local[];
  /** The two locals of the stretch to compute, if there is one. */
  readonly stretch: readonly Local[];
}

/**
 * Begins a function of a kernel.
 *
 * @param axes axes that the caller loops over; their values follow all other parameters.
 * @param shared the axis that threads share out, if there is one: the function takes the stretch of it to compute, as two
 *   parameters that follow those of the kernel.
 */
export function beginFunction(
  id: string,
  kernel: Kernel,
  axes: readonly Axis[],
  module: ModuleNames,
  shared: Split | undefined,
): KernelFunction {
  const fn = new FunctionBuilder(id);
  const parameters = new Map(
    parametersOf(kernel, module).map(({ name, type }) => [name, fn.param(name, type)] as const),
  );
  const share = shared === undefined ? undefined : {
    axis: shared.axis.name,
    grain: shared.grain,
    from: fn.param(`${shared.axis.name}_from`, "i32"),
    to: fn.param(`${shared.axis.name}_to`, "i32"),
  };
  const counters = new Map(axes.map((axis) => [axis.name, fn.param(axis.name, "i32")] as const));
  const scope: Scope = {
    fn,
    sizes: new Sizes(fn, module.dims, parameters),
    tensors: new Map(kernel.tensors.map((tensor) => [tensor.name, tensor])),
    math: module.math,
    single: (scalar, scope) => writeScalar(scalar, scope).wat,
    at: module.at,
    uniforms: parameters,
    axes: counters,
    pointers: new Map(),
    starts: new Map(),
    values: new Map(),
    ...(share === undefined ? {} : { share }),
  };
  const stretch = share === undefined ? [] : [share.from, share.to];
  return { fn, scope, passed: [...parameters.values()], stretch };
}

/** A call of another function of the same kernel, which may pass the stretch on, for values of its axes. */
export function callFunction(
  id: string,
  caller: KernelFunction,
  passesStretch: boolean,
  axes: readonly Axis[],
  scope: Scope,
): Wat {
  const counters = axes.map((axis) => {
    const counter = scope.axes.get(axis.name);
    if (counter === undefined) throw new Error(`Cannot call ${id}: no loop over "${axis.name}"`);
    return get(counter);
  });
  const stretch = passesStretch ? caller.stretch : [];
  return form(`call ${id}`, ...[...caller.passed, ...stretch].map(get), ...counters);
}
