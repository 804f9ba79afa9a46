/** The view-model of contractions: everything is decided here, the template only places it. @module */
import { factors, product } from "../../../dsl/dim.ts";
import type { Provenance } from "../../../dsl/provenance.ts";
import { FOUR, type Load, tensorsInFours } from "../../kernel/fours.ts";
import type { Axis } from "../../kernel/index_expr.ts";
import type { Kernel, ReduceStage, Schedule } from "../../kernel/kernel.ts";
import { blockOf, sumsDots, type Tiling } from "../../kernel/tiling.ts";
import { contractOperands } from "../../kernel/verify_schedule.ts";
import { axisValues, countOf, type Named, scaled } from "./axis_values.ts";
import {
  type CopyView,
  type Drawing,
  offsetText,
  SideDrawing,
  turnText,
} from "./contract_sides.ts";
import type { ExpressionWriter } from "./expression.ts";
import type { HeadView } from "./head_view.ts";
import { dotProducts, outerProducts, type ProductGroup, sumName } from "./operand_view.ts";
import { atOnePoint, statements } from "./statements.ts";
import { WideWriter } from "./wide.ts";

/** A function that loads an operand. */
interface OperandView {
  readonly type: string;
  readonly value: string;
  readonly note: string;
}

/** The loop over the sum. */
export interface LoopView {
  readonly k: string;
  readonly from: string;
  readonly to: string;
  readonly next: string;
  readonly groups: readonly ProductGroup[];
}

/** The loop over what is in workgroup memory at a time. */
export interface StageView {
  readonly first: string;
  readonly end: string;
  readonly depth: number;
  readonly invocations: number;
  readonly copies: readonly CopyView[];
  readonly sum: LoopView;
}

/** A result, or four of them, to be finished. */
interface ResultView {
  readonly row: string;
  readonly column: string;
  readonly value: string;
}

/** The sum over k. */
export interface SumView {
  /** A list of zero or one loops, straight from memory. */
  readonly direct: readonly LoopView[];
  /** A list of zero or one loops, by way of workgroup memory. */
  readonly stages: readonly StageView[];
}

/** A contraction whose invocations each compute a tile. */
export interface ContractView extends HeadView {
  /** Memory that a workgroup shares. */
  readonly shared: readonly {
    readonly name: string;
    readonly fours: number;
    readonly note: string;
  }[];
  /** The batch axes as parameters, e.g. `h: u32, `, and as arguments, e.g. `h, `. */
  readonly parameters: string;
  readonly arguments: string;
  /** The same, and the axes of the sum around k: what operands are loaded by. */
  readonly loadParameters: string;
  readonly m: string;
  readonly n: string;
  readonly k: string;
  readonly lhs: OperandView;
  readonly rhs: OperandView;
  /** The local that holds the sum in the epilogue, and its type. */
  readonly acc: { readonly name: string; readonly type: string };
  /** A list of zero or one conditions under which there is no such result. */
  readonly missing: readonly string[];
  readonly epilogue: readonly string[];
  /** A list of zero or one: the components of four results that are finished one by one. */
  readonly spread: readonly { readonly lanes: readonly { component: string; lane: number }[] }[];
  readonly size: string;
  /** Builtins that not every tiling needs. */
  readonly builtins: readonly string[];
  readonly counts: readonly Named[];
  /** A list of zero or one conditions under which a workgroup has nothing to do. */
  readonly idle: readonly string[];
  readonly places: readonly Named[];
  readonly zero: string;
  readonly sums: readonly string[];
  /** A list of zero or one sums over k alone. */
  readonly plain: readonly SumView[];
  /** A list of zero or one loops over further axes of the sum, around that over k. */
  readonly nested: readonly {
    readonly terms: string;
    readonly axes: readonly Named[];
    readonly sum: SumView;
  }[];
  readonly finish: string;
  readonly results: readonly ResultView[];
  /** A list of zero or one: a loop that finishes the first row at each turn, and moves the others up. */
  readonly turns: readonly {
    readonly count: number;
    readonly results: readonly ResultView[];
    readonly moves: readonly { readonly to: string; readonly from: string }[];
  }[];
}

type Contract = Extract<Schedule, { frame: "contract" }>;

/** The first stage of a contraction, and its operands. */
function sumOf(
  kernel: Kernel,
): { readonly sum: ReduceStage; readonly lhs: Load; readonly rhs: Load } {
  const [sum] = kernel.stages;
  const operands = contractOperands(kernel);
  if (sum?.kind !== "reduce" || operands === undefined) {
    throw new Error(`Kernel ${kernel.name} does not begin with a sum of products`);
  }
  return { sum, ...operands };
}

/** Tensors that a tiling loads or stores in fours. */
export function tiledInFours(
  kernel: Kernel,
  { n }: Contract,
  { fours }: Tiling,
): ReadonlySet<string> {
  const { lhs, rhs } = sumOf(kernel);
  return new Set([
    ...(fours.lhs === undefined ? [] : [lhs.tensor]),
    ...(fours.rhs === undefined ? [] : [rhs.tensor]),
    ...(fours.results ? tensorsInFours(kernel.stages.slice(1), n, kernel.tensors) : []),
  ]);
}

/** The parts of a contraction besides its head. */
export function contractView(
  kernel: Kernel,
  axes: Contract,
  tiling: Tiling,
  writer: ExpressionWriter,
): Omit<ContractView, keyof HeadView> {
  const { m, n, k, sums, batch } = axes;
  const { sum, lhs, rhs } = sumOf(kernel);
  const loaded = [...batch, ...sums];
  const name = (axis: Axis): string => writer.ids.of("axis", axis.name);
  const drawing: Drawing = {
    axes,
    tiling,
    writer,
    batchArguments: batch.map((axis) => `${name(axis)}, `).join(""),
    loadArguments: loaded.map((axis) => `${name(axis)}, `).join(""),
  };
  const left = new SideDrawing(drawing, "lhs", kernel, lhs);
  const right = new SideDrawing(drawing, "rhs", kernel, rhs);
  return {
    parameters: batch.map((axis) => `${name(axis)}: u32, `).join(""),
    loadParameters: loaded.map((axis) => `${name(axis)}: u32, `).join(""),
    arguments: drawing.batchArguments,
    m: name(m),
    n: name(n),
    k: name(k),
    lhs: operandView(drawing, lhs, tiling.fours.lhs, sum),
    rhs: operandView(drawing, rhs, tiling.fours.rhs, sum),
    ...epilogueView(kernel, sum, drawing),
    ...launchView(drawing),
    places: [...originOf(drawing), ...left.places(), ...right.places()],
    ...sumsView(drawing, left, right, sum),
    ...resultView(drawing),
  };
}

function operandView(
  { axes, writer }: Drawing,
  load: Load,
  along: "m" | "n" | "k" | undefined,
  { provenance }: ReduceStage,
) {
  const value = (text: string): string => writer.marks.mark(text, provenance);
  return along === undefined ? { type: "f32", value: value(writer.scalar(load).text), note: "" } : {
    type: "vec4<f32>",
    value: value(writer.four(load.tensor, load.index)),
    note: ` // four along ${writer.ids.of("axis", axes[along].name)}`,
  };
}

function epilogueView(kernel: Kernel, sum: ReduceStage, { axes, tiling, writer }: Drawing) {
  const { m, n } = axes;
  const { results } = tiling.fours;
  const stages = results ? new WideWriter(writer, kernel, n, [sum.into]) : atOnePoint(writer);
  const past = (axis: Axis): string =>
    `${writer.ids.of("axis", axis.name)} >= ${writer.extent(axis.extent).text}`;
  const missing = [...(tiling.exact.m ? [] : [past(m)]), ...(tiling.exact.n ? [] : [past(n)])];
  return {
    acc: {
      name: writer.ids.of("local", sum.into),
      type: results ? "vec4<f32>" : "f32",
    },
    missing: missing.length === 0 ? [] : [missing.join(" || ")],
    epilogue: kernel.stages.slice(1).flatMap((stage) => statements(stage, stages)),
  };
}

/** The most workgroups that are launched in one row; more are folded, and the last row is not full. */
const MOST_IN_A_ROW = 65535;

function launchView({ axes, tiling, writer }: Drawing) {
  const { m, n, batch } = axes;
  const { workgroup, neighbours, order, staged } = tiling;
  const block = blockOf(tiling);
  const [x, y] = neighbours === "n"
    ? [workgroup.columns, workgroup.rows]
    : [workgroup.rows, workgroup.columns];
  const across = countOf(n, block.columns, writer);
  const down = countOf(m, block.rows, writer);
  const matrices = factors(product(batch.map((axis) => axis.extent)));
  const known = [across, down].map((text) => /^\d+u$/.test(text) ? parseInt(text) : NaN);
  const total = known.reduce((all, each) => all * each, matrices.coefficient);
  const fitsARow = matrices.symbols.length === 0 && total <= MOST_IN_A_ROW;
  const needsDown = !fitsARow || batch.length > 0 || order === "m";
  const all = ["across", "down", ...batchCount(batch, writer)].join(" * ");
  return {
    size: y === 1 ? String(x) : `${x}, ${y}`,
    builtins: staged.depth === 0 ? [] : ["@builtin(local_invocation_index) index: u32"],
    counts: [
      { name: "across", value: across },
      ...(needsDown ? [{ name: "down", value: down }] : []),
    ],
    idle: fitsARow ? [] : [`place >= ${all}`],
  };
}

function batchCount(batch: readonly Axis[], writer: ExpressionWriter): readonly string[] {
  return batch.length === 0 ? [] : [writer.extent(product(batch.map((axis) => axis.extent))).text];
}

/** Where a workgroup's results begin: batch axes, row and column. */
function originOf({ axes, tiling, writer }: Drawing): readonly Named[] {
  const { batch } = axes;
  const block = blockOf(tiling);
  const isBatched = batch.length > 0;
  const [row, column] = tiling.order === "n"
    ? [isBatched ? "place / across % down" : "place / across", "place % across"]
    : ["place % down", isBatched ? "place / down % across" : "place / down"];
  return [
    ...(isBatched ? [{ name: "matrix", value: "place / (across * down)" }] : []),
    ...axisValues(batch, "matrix", writer),
    { name: "first_row", value: scaled(row, block.rows) },
    { name: "first_column", value: scaled(column, block.columns) },
  ];
}

function sumsView(
  drawing: Drawing,
  left: SideDrawing,
  right: SideDrawing,
  { provenance }: ReduceStage,
) {
  const { axes: { sums }, writer } = drawing;
  const { direct, stages, shared, ...registers } = sumView(drawing, left, right, provenance);
  const sum: SumView = { direct, stages };
  if (sums.length === 0) return { ...registers, shared, plain: [sum], nested: [] };
  const terms = writer.extent(product(sums.map(({ extent }) => extent))).text;
  const nested = [{ terms, axes: axisValues(sums, "term", writer), sum }];
  return { ...registers, shared, plain: [], nested };
}

function sumView(
  { axes, tiling, writer }: Drawing,
  left: SideDrawing,
  right: SideDrawing,
  from: Provenance | undefined,
) {
  const { staged, unroll, exact } = tiling;
  const k = writer.ids.of("axis", axes.k.name);
  const end = writer.extent(axes.k.extent).text;
  const dots = sumsDots(tiling);
  const unmarked = dots
    ? dotProducts(tiling, left.registers().turn, right.registers().turn)
    : outerProducts(tiling, left.registers(), right.registers());
  const marked = ({ name, value }: Named): Named => ({
    name,
    value: writer.marks.mark(value, from),
  });
  const groups = unmarked.map(({ loads, gains }): ProductGroup => ({
    loads: loads.map(marked),
    gains: gains.map(marked),
  }));
  const next = unroll === 1 ? `${k}++` : `${k} += ${unroll}u`;
  const sums = {
    zero: dots ? "0.0" : "vec4<f32>()",
    sums: resultsOf(tiling, dots ? 1 : FOUR).map(({ row, column }) => sumName(row, column, dots)),
  };
  if (staged.depth === 0) {
    return { ...sums, shared: [], direct: [{ k, from: "0u", to: end, next, groups }], stages: [] };
  }
  const stop = `${k}_0 + ${staged.depth}u`;
  const sides = [left, right].filter((side) => side.isStaged);
  const stage: StageView = {
    first: `${k}_0`,
    end,
    depth: staged.depth,
    invocations: tiling.workgroup.rows * tiling.workgroup.columns,
    copies: sides.map((side) => side.copy()),
    sum: { k, from: `${k}_0`, to: exact.k ? stop : `min(${stop}, ${end})`, next, groups },
  };
  return { ...sums, shared: sides.map((side) => side.shared()), direct: [], stages: [stage] };
}

/** A row and a column of an invocation. */
interface Place {
  readonly row: number;
  readonly column: number;
}

/** Rows and every `width`-th column of an invocation's results. */
function resultsOf({ tile }: Tiling, width: number): readonly Place[] {
  return Array.from(
    { length: tile.rows },
    (_, row) =>
      Array.from({ length: tile.columns / width }, (_, i) => ({ row, column: i * width })),
  ).flat();
}

/** Results are finished in fours, spread from fours, or one by one; each spelt out, or row by row in a loop. */
function resultView({ axes, tiling, writer }: Drawing) {
  const { tile, fours, rolled } = tiling;
  const dots = sumsDots(tiling);
  const inFours = tile.columns % FOUR === 0;
  const spreads = inFours && !fours.results;
  const [m, n] = [axes.m, axes.n].map((axis) => writer.ids.of("axis", axis.name)) as [
    string,
    string,
  ];
  const value = (row: number, column: number): string => {
    if (!dots || !inFours) return sumName(row, column, dots);
    const parts = [0, 1, 2, 3].map((lane) => sumName(row, column + lane, dots));
    return `vec4<f32>(${parts.join(", ")})`;
  };
  const view = ({ row, column }: Place): ResultView => ({
    row: rolled ? turnText(m, tiling) : offsetText(m, tiling, "lhs", row),
    column: offsetText(n, tiling, "rhs", column),
    value: value(row, column),
  });
  const results = resultsOf(tiling, inFours ? FOUR : 1);
  const sums = resultsOf(tiling, dots ? 1 : FOUR);
  const turns = {
    count: tile.rows,
    results: results.filter(({ row }) => row === 0).map(view),
    moves: sums.filter(({ row }) => row > 0).map(({ row, column }) => ({
      to: sumName(row - 1, column, dots),
      from: sumName(row, column, dots),
    })),
  };
  return {
    spread: spreads
      ? [{ lanes: ["x", "y", "z", "w"].map((component, lane) => ({ component, lane })) }]
      : [],
    finish: spreads ? "finish_row" : "finish",
    results: rolled ? [] : results.map(view),
    turns: rolled ? [turns] : [],
  };
}
