/** Stages as WGSL statements, one string per line. @module */
import type { Axis } from "../../kernel/index_expr.ts";
import type { Combine, ReduceStage, Stage } from "../../kernel/kernel.ts";
import type { ExpressionWriter } from "./expression.ts";
import { LOWEST } from "./language.ts";

/** Indents lines by one level. */
export function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}

/** A loop over axes, outermost first. */
function loops(
  axes: readonly Axis[],
  writer: ExpressionWriter,
  body: readonly string[],
): readonly string[] {
  return [...axes].reverse().reduce((inner, axis) => {
    const name = writer.ids.of("axis", axis.name);
    const end = writer.extent(axis.extent).text;
    return [`for (var ${name} = 0u; ${name} < ${end}; ${name}++) {`, ...indent(inner), "}"];
  }, body);
}

type Reduction = (stage: ReduceStage, writer: ExpressionWriter) => readonly string[];

/** How each combination is written: the local's first value, and what a loop does with each value. */
const REDUCTIONS: { readonly [C in Combine]: Reduction } = {
  sum: (stage, writer) => {
    const into = writer.ids.of("local", stage.into);
    const add = `${into} += ${writer.scalar(stage.value).text};`;
    return [`var ${into} = 0.0;`, ...loops(stage.over, writer, [add])];
  },
  max: (stage, writer) => {
    const into = writer.ids.of("local", stage.into);
    const keep = `${into} = max(${into}, ${writer.scalar(stage.value).text});`;
    return [`var ${into} = ${LOWEST};`, ...loops(stage.over, writer, [keep])];
  },
  argmax: (stage, writer) => {
    const into = writer.ids.of("local", stage.into);
    const largest = writer.ids.of("local", `${stage.into} value`);
    const at = writer.ids.of("local", `${stage.into} candidate`);
    const [axis] = stage.over;
    return [
      `var ${into} = 0u;`,
      `var ${largest} = ${LOWEST};`,
      ...loops(stage.over, writer, [
        `let ${at} = ${writer.scalar(stage.value).text};`,
        `if (${at} > ${largest}) {`,
        `  ${into} = ${axis === undefined ? "0u" : writer.ids.of("axis", axis.name)};`,
        `  ${largest} = ${at};`,
        "}",
      ]),
    ];
  },
};

/** The statements of a stage. */
export function statements(stage: Stage, writer: ExpressionWriter): readonly string[] {
  switch (stage.kind) {
    case "reduce":
      return REDUCTIONS[stage.combine](stage, writer);
    case "let":
      return [`let ${writer.ids.of("local", stage.name)} = ${writer.scalar(stage.value).text};`];
    case "store":
      return [`${writer.element(stage.tensor, stage.index)} = ${writer.scalar(stage.value).text};`];
    case "loop":
      return loops(stage.over, writer, stage.body.flatMap((each) => statements(each, writer)));
  }
}
