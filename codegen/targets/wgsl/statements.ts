/** Stages as WGSL statements, one string per line. @module */
import type { ExpressionText } from "../../kernel/expression_text.ts";
import type { Axis, IndexExpr } from "../../kernel/index_expr.ts";
import type { Combine, ReduceStage, Scalar, Stage } from "../../kernel/kernel.ts";
import type { ExpressionWriter } from "./expression.ts";
import { LOWEST } from "./language.ts";

/** How values are printed: at one point, or at several at once. */
export interface StageWriter {
  readonly expressions: ExpressionWriter;
  /** A value. */
  value(scalar: Scalar): ExpressionText;
  /** Notes that a local was made from a value. */
  define(name: string, value: Scalar): void;
  /** The sum of no such values. */
  zero(value: Scalar): string;
  /** What a value is stored to. */
  target(tensor: string, index: readonly IndexExpr[]): string;
  /** A value as it is stored to a tensor. */
  stored(tensor: string, value: Scalar): string;
}

/** Prints values at one point. */
export function atOnePoint(expressions: ExpressionWriter): StageWriter {
  return {
    expressions,
    value: (scalar) => expressions.scalar(scalar),
    define: () => {},
    zero: () => "0.0",
    target: (tensor, index) => expressions.place(tensor, index),
    stored: (tensor, value) => expressions.stored(tensor, expressions.scalar(value).text),
  };
}

/** Indents lines by one level. */
export function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}

/** A loop over axes, outermost first. */
function loops(
  axes: readonly Axis[],
  { expressions }: StageWriter,
  body: readonly string[],
): readonly string[] {
  return [...axes].reverse().reduce((inner, axis) => {
    const name = expressions.ids.of("axis", axis.name);
    const end = expressions.extent(axis.extent).text;
    return [`for (var ${name} = 0u; ${name} < ${end}; ${name}++) {`, ...indent(inner), "}"];
  }, body);
}

type Reduction = (stage: ReduceStage, writer: StageWriter) => readonly string[];

/**
 * How each combination is written: the local's first value, and what a loop does with each value. Only
 * sums are taken at several points at once.
 */
const REDUCTIONS: { readonly [C in Combine]: Reduction } = {
  sum: (stage, writer) => {
    const into = writer.expressions.ids.of("local", stage.into);
    const add = `${into} += ${writer.value(stage.value).text};`;
    writer.define(stage.into, stage.value);
    return [`var ${into} = ${writer.zero(stage.value)};`, ...loops(stage.over, writer, [add])];
  },
  max: (stage, writer) => {
    const into = writer.expressions.ids.of("local", stage.into);
    const keep = `${into} = max(${into}, ${writer.value(stage.value).text});`;
    return [`var ${into} = ${LOWEST};`, ...loops(stage.over, writer, [keep])];
  },
  argmax: (stage, writer) => {
    const { ids } = writer.expressions;
    const into = ids.of("local", stage.into);
    const largest = ids.of("local", `${stage.into} value`);
    const at = ids.of("local", `${stage.into} candidate`);
    const [axis] = stage.over;
    return [
      `var ${into} = 0u;`,
      `var ${largest} = ${LOWEST};`,
      ...loops(stage.over, writer, [
        `let ${at} = ${writer.value(stage.value).text};`,
        `if (${at} > ${largest}) {`,
        `  ${into} = ${axis === undefined ? "0u" : ids.of("axis", axis.name)};`,
        `  ${largest} = ${at};`,
        "}",
      ]),
    ];
  },
};

/** The statements of a stage. */
export function statements(stage: Stage, writer: StageWriter): readonly string[] {
  const lines = unmarked(stage, writer);
  return stage.kind === "loop"
    ? lines
    : lines.map((line) => writer.expressions.marks.mark(line, stage.provenance));
}

function unmarked(stage: Stage, writer: StageWriter): readonly string[] {
  switch (stage.kind) {
    case "reduce":
      return REDUCTIONS[stage.combine](stage, writer);
    case "let": {
      writer.define(stage.name, stage.value);
      const name = writer.expressions.ids.of("local", stage.name);
      return [`let ${name} = ${writer.value(stage.value).text};`];
    }
    case "store":
      return [
        `${writer.target(stage.tensor, stage.index)} = ${
          writer.stored(stage.tensor, stage.value)
        };`,
      ];
    case "loop":
      return loops(stage.over, writer, stage.body.flatMap((each) => statements(each, writer)));
  }
}
