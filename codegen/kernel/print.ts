/**
 * Kernels as short text, for documents and for reading along.
 *
 * @module
 */
import { showExtent, showShape } from "../../dsl/dim.ts";
import {
  atom,
  BINDING,
  call,
  conditional,
  type ExpressionText,
  infix,
  numeral,
  prefix,
  type Spellings,
} from "./expression_text.ts";
import { shortestFloat } from "../number_text.ts";
import { type Axis, type IndexExpr, showIndex } from "./index_expr.ts";
import type { Kernel, Scalar, Schedule, Stage } from "./kernel.ts";

const NOTATION: Spellings = {
  neg: prefix("-"),
  exp: call("exp"),
  log: call("log"),
  sqrt: call("sqrt"),
  tanh: call("tanh"),
  cast: call("cast"),
  add: infix("+", BINDING.sum),
  sub: infix("-", BINDING.sum),
  mul: infix("*", BINDING.product),
  div: infix("/", BINDING.product),
  maximum: call("max"),
  minimum: call("min"),
  pow: call("pow"),
  greater: infix(">", BINDING.comparison),
  equal: infix("==", BINDING.comparison),
  select: conditional,
};

function showIndices(index: readonly IndexExpr[]): string {
  return `[${index.map(showIndex).join(", ")}]`;
}

function scalarText(scalar: Scalar): ExpressionText {
  switch (scalar.kind) {
    case "constant":
      return scalar.type === "bool"
        ? atom(scalar.value === 0 ? "false" : "true")
        : numeral(Number(shortestFloat(scalar.value)));
    case "uniform":
    case "local":
      return atom(scalar.name);
    case "load":
      return atom(`${scalar.tensor}${showIndices(scalar.index)}`);
    case "index":
      return scalar.index.kind === "axis" || scalar.index.kind === "extent"
        ? atom(showIndex(scalar.index))
        : atom(`(${showIndex(scalar.index)})`);
    case "apply":
      return scalar.op === "cast"
        ? call(scalar.type)(scalar.args.map(scalarText))
        : NOTATION[scalar.op](scalar.args.map(scalarText));
  }
}

/** A scalar expression as text: `max(acc + b[o], 0)`. */
export function printScalar(scalar: Scalar): string {
  return scalarText(scalar).text;
}

function showAxes(axes: readonly Axis[]): string {
  return axes.map((axis) => `${axis.name} in ${showExtent(axis.extent)}`).join(", ");
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

function stageLines(stage: Stage): string[] {
  switch (stage.kind) {
    case "reduce":
      return [
        `${stage.into} = ${stage.combine} ${showAxes(stage.over)}: ${printScalar(stage.value)}`,
      ];
    case "let":
      return [`${stage.name} = ${printScalar(stage.value)}`];
    case "store":
      return [`${stage.tensor}${showIndices(stage.index)} = ${printScalar(stage.value)}`];
    case "loop":
      return [`for ${showAxes(stage.over)}:`, ...indent(stage.body.flatMap(stageLines))];
  }
}

function showSchedule(schedule: Schedule): string {
  if (schedule.frame !== "contract") return `${schedule.frame}, workgroup ${schedule.workgroup}`;
  const { m, n, k, batch, tile, workgroup } = schedule;
  const axes = `m=${m.name} n=${n.name} k=${k.name}`;
  const batches = batch.map((axis) => ` batch=${axis.name}`).join("");
  return `contract ${axes}${batches}, tile ${tile.rows}x${tile.columns}, workgroup ${
    workgroup.join("x")
  }`;
}

const ACCESS = { read: "read", write: "write", read_write: "update" } as const;

/** A kernel's name and the tensors it uses: `forward(read x[B, K], write y[B, O])`. */
export function signatureOf(kernel: Kernel): string {
  const tensors = kernel.tensors.map((tensor) =>
    `${ACCESS[tensor.access]} ${tensor.name}${showShape(tensor.shape)}`
  );
  return `${kernel.name}(${tensors.join(", ")})`;
}

/** A kernel as text: its tensors, loops, stages and schedule. */
export function printKernel(kernel: Kernel): string {
  const stages = kernel.stages.flatMap(stageLines);
  const body = kernel.parallel.length === 0
    ? stages
    : [`for ${showAxes(kernel.parallel)}:`, ...indent(stages)];
  const schedule = `schedule: ${showSchedule(kernel.schedule)}`;
  return [signatureOf(kernel), ...indent([...body, schedule])].join("\n");
}
