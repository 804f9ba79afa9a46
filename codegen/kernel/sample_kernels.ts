/**
 * Kernels built by hand, for tests of what reads kernels: the interpreter, printers and targets.
 *
 * @module
 */
import type { Extent } from "../../dsl/dim.ts";
import { type Axis, axisIndex, type IndexExpr } from "./index_expr.ts";
import type {
  CompiledModule,
  Kernel,
  KernelTensor,
  PlannedTensor,
  Program,
  Scalar,
  ScalarOp,
  ScalarType,
  Stage,
  Uniform,
} from "./kernel.ts";
import { chooseSchedule } from "../schedule/schedule.ts";
import { LOADED } from "./storage.ts";

/** An axis. */
export function axis(name: string, extent: Extent): Axis {
  return { name, extent };
}

/** A number. */
export function constant(value: number, type: ScalarType = "f32"): Scalar {
  return { kind: "constant", type, value };
}

/** A local of a type. */
export function local(name: string, type: ScalarType = "f32"): Scalar {
  return { kind: "local", type, name };
}

/** A uniform. */
export function uniform(name: string, type: "f32" | "u32" = "f32"): Scalar {
  return { kind: "uniform", type, name };
}

/** Axes stand for their loop variables. */
type Place = Axis | IndexExpr;

function indexOf(places: readonly Place[]): readonly IndexExpr[] {
  return places.map((place) => "kind" in place ? place : axisIndex(place));
}

/** `tensor[places]` */
export function load(tensor: KernelTensor, ...places: readonly Place[]): Scalar {
  return { kind: "load", type: LOADED[tensor.dtype], tensor: tensor.name, index: indexOf(places) };
}

/** `tensor[places] = value` */
export function store(tensor: KernelTensor, places: readonly Place[], value: Scalar): Stage & {
  readonly kind: "store";
} {
  return { kind: "store", tensor: tensor.name, index: indexOf(places), value };
}

const RESULTS: { readonly [Op in ScalarOp]?: ScalarType } = {
  greater: "bool",
  greaterEqual: "bool",
  equal: "bool",
  notEqual: "bool",
};

/** An operator; the result has the type of the last argument, or bool for comparisons. */
export function apply(op: ScalarOp, ...args: readonly Scalar[]): Scalar {
  return { kind: "apply", op, args, type: RESULTS[op] ?? args.at(-1)?.type ?? "f32" };
}

/** A conversion. */
export function cast(type: ScalarType, value: Scalar): Scalar {
  return { kind: "apply", op: "cast", type, args: [value] };
}

/** `name = value` */
export function define(name: string, value: Scalar): Stage & { readonly kind: "let" } {
  return { kind: "let", name, value };
}

/** `into = combine over of value` */
export function reduce(
  into: string,
  combine: "sum" | "max" | "argmax",
  over: readonly Axis[],
  value: Scalar,
): Stage {
  return {
    kind: "reduce",
    into,
    combine,
    over,
    value,
    type: combine === "argmax" ? "u32" : value.type,
  };
}

/** A tensor of a kernel. */
export function tensor(
  name: string,
  access: KernelTensor["access"],
  shape: readonly Extent[],
  dtype: KernelTensor["dtype"] = "f32",
): KernelTensor {
  return { name, access, shape, dtype };
}

/** What a kernel is, but for its schedule. */
export type KernelBody = Pick<Kernel, "name" | "tensors" | "parallel" | "stages">;

/** A kernel of plain loops. */
export function loops(body: KernelBody, frame: "map" | "rows" = "rows"): Kernel {
  const { name } = body;
  return {
    ...body,
    layer: "sample",
    formula: `${name}: a sample`,
    schedule: { frame, workgroup: 64 },
  };
}

/** Which operand of a product is transposed: `NT` is `x · Wᵀ`. */
export type Layout = "NN" | "NT" | "TN" | "TT";

/** How to build a product. */
export interface ProductOptions {
  readonly name?: string;
  readonly layout: Layout;
  /** Extents of m, n and k. */
  readonly sizes: readonly [Extent, Extent, Extent];
  readonly batch?: readonly Axis[];
  /** Further axes that the sum runs over, around k. */
  readonly sums?: readonly Axis[];
  /** The other tensors and what follows the sum, named `acc`. */
  readonly epilogue: (m: Axis, n: Axis, batch: readonly Axis[]) => {
    readonly tensors: readonly KernelTensor[];
    readonly stages: readonly Stage[];
  };
}

/** A contraction `acc[m, n] = Σ_k x(m, k) · w(k, n)` with an epilogue. */
export function product(
  { name, layout, sizes, batch = [], sums = [], epilogue }: ProductOptions,
): Kernel {
  const [m, n, k] = [axis("m", sizes[0]), axis("n", sizes[1]), axis("k", sizes[2])];
  const lhs = layout[0] === "N" ? [m, k] : [k, m];
  const rhs = layout[1] === "N" ? [k, n] : [n, k];
  const outer = [...batch, ...sums];
  const extents = (axes: readonly Axis[]) => [...outer, ...axes].map(({ extent }) => extent);
  const x = tensor("x", "read", extents(lhs));
  const w = tensor("w", "read", extents(rhs));
  const rest = epilogue(m, n, batch);
  const factors = [load(x, ...outer, ...lhs), load(w, ...outer, ...rhs)] as const;
  const body = {
    tensors: [x, w, ...rest.tensors],
    parallel: [...batch, m, n],
    stages: [reduce("acc", "sum", [...sums, k], apply("mul", ...factors)), ...rest.stages],
  };
  return {
    name: name ?? `product_${layout.toLowerCase()}`,
    layer: "sample",
    formula: "acc[m, n] = Σ_k x(m, k) · w(k, n)",
    ...body,
    schedule: chooseSchedule("contract", body, {}),
  };
}

/** Bias and ReLU behind a product. */
export function biasRelu(m: Axis, n: Axis, batch: readonly Axis[] = []) {
  const bias = tensor("bias", "read", [n.extent]);
  const y = tensor("y", "write", [...batch, m, n].map(({ extent }) => extent));
  const value = apply("maximum", apply("add", local("acc"), load(bias, n)), constant(0));
  return { tensors: [bias, y], stages: [store(y, [...batch, m, n], value)] };
}

/** Adam's update of `p`, with the product as its gradient and the uniform `rate`. */
export function adam(m: Axis, n: Axis) {
  const parameter = (name: string) => tensor(name, "read_write", [m.extent, n.extent]);
  const [p, first, second] = [parameter("p"), parameter("first"), parameter("second")];
  const blend = (keep: number, old: Scalar, fresh: Scalar) =>
    apply("add", apply("mul", constant(keep), old), apply("mul", constant(1 - keep), fresh));
  const square = apply("mul", local("acc"), local("acc"));
  const size = apply("add", apply("sqrt", local("second_new")), constant(1e-8));
  const step = apply("mul", uniform("rate"), apply("div", local("first_new"), size));
  return {
    tensors: [p, first, second],
    stages: [
      define("first_new", blend(0.9, load(first, m, n), local("acc"))),
      define("second_new", blend(0.999, load(second, m, n), square)),
      store(first, [m, n], local("first_new")),
      store(second, [m, n], local("second_new")),
      store(p, [m, n], apply("sub", load(p, m, n), step)),
    ],
  };
}

/** A module of one program, where each tensor has a slot of its own. */
export function moduleOf(
  kernels: readonly Kernel[],
  options: {
    readonly fixedDims?: readonly string[];
    readonly callDims?: readonly string[];
    readonly uniforms?: readonly Uniform[];
    readonly scalars?: readonly string[];
  } = {},
): CompiledModule {
  const { fixedDims = [], callDims = [], uniforms = [], scalars = [] } = options;
  const tensors = planOf(kernels);
  const namesOf = (kind: PlannedTensor["kind"]) =>
    tensors.filter((planned) => planned.kind === kind).map(({ name }) => name);
  const program: Program = {
    name: "run",
    kernels,
    uniforms: [
      ...callDims.map((name): Uniform => ({
        name,
        type: "u32",
        value: { kind: "extent", extent: { name } },
      })),
      ...uniforms,
    ],
    scalars,
    inputs: namesOf("input"),
    outputs: namesOf("output"),
    updates: namesOf("parameter"),
  };
  const slots = tensors.map(({ name }) => [name]);
  return { name: "sample", fixedDims, callDims, tensors, slots, programs: [program] };
}

const KIND_OF_ACCESS = { read: "input", write: "output", read_write: "parameter" } as const;

/** The tensors of kernels; the first access says what a tensor is. */
function planOf(kernels: readonly Kernel[]): readonly PlannedTensor[] {
  const planned = new Map<string, PlannedTensor>();
  for (const { name, dtype, shape, access } of kernels.flatMap((kernel) => kernel.tensors)) {
    if (planned.has(name)) continue;
    planned.set(name, { name, dtype, shape, kind: KIND_OF_ACCESS[access], slot: planned.size });
  }
  return [...planned.values()];
}
