/** The view-models of the templates: everything is decided here, the templates only place it. @module */
import { factors, product, showExtent } from "../../../dsl/dim.ts";
import type { Axis } from "../../kernel/index_expr.ts";
import type { Kernel, ReduceStage, Scalar, Schedule, Stage, Uniform } from "../../kernel/kernel.ts";
import { BINDING, within } from "../../kernel/expression_text.ts";
import { ExpressionWriter } from "./expression.ts";
import { identifier } from "./language.ts";
import { statements } from "./statements.ts";

/** Lines of every kernel's head. */
export interface HeadView {
  readonly title: string;
  readonly comments: readonly string[];
  /** A list of zero or one groups of overridable constants. */
  readonly overrides: readonly { readonly names: readonly string[] }[];
  /** A list of zero or one uniform blocks. */
  readonly uniforms: readonly {
    readonly binding: number;
    readonly fields: readonly { readonly name: string; readonly type: string }[];
  }[];
  readonly buffers: readonly {
    readonly binding: number;
    readonly access: string;
    readonly name: string;
    readonly type: string;
    readonly shape: string;
  }[];
}

/** A kernel with one invocation per point of its parallel axes. */
export interface PointsView extends HeadView {
  readonly workgroup: number;
  readonly total: string;
  readonly axes: readonly { readonly name: string; readonly value: string }[];
  readonly body: readonly string[];
}

/** A contraction whose invocations each compute a tile. */
export interface ContractView extends HeadView {
  readonly workgroup: { readonly x: number; readonly y: number };
  /** The batch axes as parameters, e.g. `h: u32, `, and as arguments, e.g. `h, `. */
  readonly parameters: string;
  readonly arguments: string;
  /** Workgroups that lie side by side along the columns. */
  readonly across: string;
  /** A list of zero or one: with batch axes, workgroups along the rows, and the number of matrices. */
  readonly matrices: readonly { readonly down: string; readonly count: string }[];
  readonly batch: readonly { readonly name: string; readonly value: string }[];
  readonly m: string;
  readonly n: string;
  readonly k: string;
  readonly extent: { readonly m: string; readonly n: string; readonly k: string };
  readonly last: { readonly m: string; readonly n: string };
  readonly tile: { readonly rows: number; readonly columns: number };
  readonly origin: { readonly m: string; readonly n: string };
  readonly lhs: string;
  readonly rhs: string;
  readonly vectors: readonly {
    readonly name: string;
    readonly loads: string;
  }[];
  readonly rows: readonly {
    readonly row: string;
    readonly offset: number;
    readonly left: string;
    readonly accumulators: readonly {
      readonly name: string;
      readonly vector: string;
      readonly column: number;
    }[];
  }[];
  readonly columns: readonly { readonly column: string; readonly offset: number }[];
  /** The local that holds the sum in the epilogue. */
  readonly acc: string;
  readonly lanesOf: readonly { readonly component: string; readonly lane: number }[];
  readonly epilogue: readonly string[];
}

/** What a head says besides what the kernel itself determines. */
interface HeadContext {
  readonly title: string;
  readonly comments: readonly string[];
  /** The program's uniforms, as far as the last one that the text reads: the block begins with them. */
  readonly uniforms: readonly Uniform[];
  /** Dims to declare as overridable constants. */
  readonly constants: readonly string[];
}

const LANES = 4;
const COMPONENTS = ["x", "y", "z", "w"];

/** The head of a kernel. */
export function headView(kernel: Kernel, writer: ExpressionWriter, context: HeadContext): HeadView {
  const fields = context.uniforms.map(({ name, type }) => ({ name: identifier(name), type }));
  return {
    title: context.title,
    comments: context.comments.map((line) => line === "" ? "//" : `// ${line}`),
    overrides: context.constants.length === 0
      ? []
      : [{ names: context.constants.map((name) => writer.ids.of("dim", name)) }],
    uniforms: fields.length === 0 ? [] : [{ binding: kernel.tensors.length, fields }],
    buffers: kernel.tensors.map((tensor, binding) => ({
      binding,
      access: tensor.access === "read" ? "read" : "read_write",
      name: writer.ids.of("tensor", tensor.name),
      type: tensor.dtype,
      shape: tensor.shape.map(showExtent).join(", "),
    })),
  };
}

/** The parts of a points kernel besides its head. */
export function pointsView(
  kernel: Kernel,
  workgroup: number,
  writer: ExpressionWriter,
): Omit<PointsView, keyof HeadView> {
  const body = kernel.stages.flatMap((stage) => statements(stage, writer));
  return {
    workgroup,
    total: writer.extent(product(kernel.parallel.map((axis) => axis.extent))).text,
    axes: axisValues(kernel.parallel, "place", writer, (axis) => writer.axes.has(axis.name)),
    body,
  };
}

/** The axes of a row-major position that are needed, innermost last. */
function axisValues(
  axes: readonly Axis[],
  position: string,
  writer: ExpressionWriter,
  needed: (axis: Axis) => boolean = () => true,
): readonly { readonly name: string; readonly value: string }[] {
  return axes.flatMap((axis, i) => {
    if (!needed(axis)) return [];
    const inner = product(axes.slice(i + 1).map((each) => each.extent));
    const outer = inner === 1
      ? position
      : `${position} / ${within(writer.divisor(inner), BINDING.prefix)}`;
    const value = i === 0
      ? outer
      : `${outer} % ${within(writer.divisor(axis.extent), BINDING.prefix)}`;
    return [{ name: writer.ids.of("axis", axis.name), value }];
  });
}

type Contract = Extract<Schedule, { frame: "contract" }>;

/** The parts of a contraction besides its head. */
export function contractView(
  kernel: Kernel,
  schedule: Contract,
  writer: ExpressionWriter,
): Omit<ContractView, keyof HeadView> {
  const { m, n, k, batch, tile, workgroup } = schedule;
  const [mId, nId, kId] = [m, n, k].map((axis) => writer.ids.of("axis", axis.name)) as [
    string,
    string,
    string,
  ];
  const extent = (axis: Axis): string => writer.extent(axis.extent).text;
  const [lhs, rhs] = operands(kernel.stages);
  const vectors = Array.from({ length: tile.columns / LANES }, (_, v) => ({
    name: `right_${v}`,
    loads: Array.from(
      { length: LANES },
      (_, lane) => `rhs(${batchArguments(batch, writer)}${kId}, ${nId}_${v * LANES + lane})`,
    ).join(", "),
  }));
  const rows = Array.from({ length: tile.rows }, (_, row) => ({
    row: `${mId}_${row}`,
    offset: row,
    left: `left_${row}`,
    accumulators: vectors.map(({ name }, v) => ({
      name: `sum_${row}_${v}`,
      vector: name,
      column: v * LANES,
    })),
  }));
  return {
    workgroup: { x: workgroup[0], y: workgroup[1] },
    parameters: batch.map((axis) => `${writer.ids.of("axis", axis.name)}: u32, `).join(""),
    arguments: batchArguments(batch, writer),
    across: countOf(n, workgroup[0] * tile.columns, writer),
    matrices: batch.length === 0 ? [] : [{
      down: countOf(m, workgroup[1] * tile.rows, writer),
      count: writer.extent(product(batch.map((axis) => axis.extent))).text,
    }],
    batch: axisValues(batch, "matrix", writer),
    m: mId,
    n: nId,
    k: kId,
    extent: { m: extent(m), n: extent(n), k: extent(k) },
    last: { m: lastOf(m, writer), n: lastOf(n, writer) },
    tile,
    origin: {
      m: originOf(
        batch.length === 0 ? "place / across" : "place / across % down",
        "local.y",
        workgroup[1],
        tile.rows,
      ),
      n: originOf("place % across", "local.x", workgroup[0], tile.columns),
    },
    lhs: writer.scalar(lhs).text,
    rhs: writer.scalar(rhs).text,
    vectors,
    rows,
    columns: Array.from(
      { length: tile.columns },
      (_, column) => ({ column: `${nId}_${column}`, offset: column }),
    ),
    acc: writer.ids.of("local", sumOf(kernel.stages).into),
    lanesOf: COMPONENTS.map((component, lane) => ({ component, lane })),
    epilogue: kernel.stages.slice(1).flatMap((stage) => statements(stage, writer)),
  };
}

/** The last index of an axis; of an empty one, which no invocation comes to use, 0. */
function lastOf(axis: Axis, writer: ExpressionWriter): string {
  const { coefficient, symbols } = factors(axis.extent);
  return coefficient === 0 || symbols.length === 0
    ? `${Math.max(coefficient, 1) - 1}u`
    : `${writer.extent(axis.extent).text} - 1u`;
}

/** How many pieces of `size` cover an axis, at least 1: it is divided by. */
function countOf(axis: Axis, size: number, writer: ExpressionWriter): string {
  const { coefficient, symbols } = factors(axis.extent);
  return coefficient === 0 || symbols.length === 0
    ? `${Math.max(Math.ceil(coefficient / size), 1)}u`
    : `(${writer.extent(axis.extent).text} + ${size - 1}u) / ${size}u`;
}

function batchArguments(batch: readonly Axis[], writer: ExpressionWriter): string {
  return batch.map((axis) => `${writer.ids.of("axis", axis.name)}, `).join("");
}

/** The first row or column of an invocation's tile; one that all invocations share says so. */
function originOf(group: string, local: string, workgroup: number, tile: number): string {
  return workgroup === 1
    ? `${group} * ${tile}u`
    : `(${group} * ${workgroup}u + ${local}) * ${tile}u`;
}

function sumOf(stages: readonly Stage[]): ReduceStage {
  const [first] = stages;
  if (first?.kind !== "reduce") throw new Error("A contraction begins with a sum of products");
  return first;
}

function operands(stages: readonly Stage[]): readonly [Scalar, Scalar] {
  const { value } = sumOf(stages);
  if (value.kind !== "apply" || value.args[0] === undefined || value.args[1] === undefined) {
    throw new Error("A contraction sums products");
  }
  return [value.args[0], value.args[1]];
}
