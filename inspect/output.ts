/**
 * Stages as text for a terminal.
 *
 * @module
 */
import { alignedTable } from "../runtime/aligned_table.ts";
import type { Painter } from "./colours.ts";
import { lineDiff } from "./line_diff.ts";
import type { Stage } from "./stages.ts";

/** A list of stages, and how to see more of them. */
export function overview(
  name: string,
  program: string,
  stages: readonly Stage[],
  painter: Painter,
): string {
  const [heading = "", ...rows] = alignedTable([
    { heading: "stage", align: "left", text: ({ id }) => id },
    { heading: "lines", align: "right", text: ({ text }) => `${lineCount(text)}` },
    { heading: "what it is", align: "left", text: ({ title }) => title },
  ], stages).split("\n");
  const shader = stages.find(({ language }) => language === "wgsl");
  const hint = `deno task inspect ${name} --program ${program}`;
  return [
    painter.line(`${name}, program ${program}`, "heading"),
    painter.line(heading, "faint"),
    ...stages.flatMap(({ note }, i) => [
      rows[i] ?? "",
      ...(note === undefined ? [] : [painter.line(`    ${note}`, "faint")]),
    ]),
    "",
    `A stage: ${hint} --stage ${shader?.id ?? "graph"}`,
    `A difference: ${hint} --diff ${stages[1]?.id ?? "graph"}..${stages[2]?.id ?? "graph"}`,
  ].join("\n");
}

function lineCount(text: string): number {
  return text.trimEnd().split("\n").length;
}

/** A stage with its heading. */
export function stageText(stage: Stage, painter: Painter): string {
  const { id, title, note, text, language } = stage;
  return [
    painter.line(`── ${id}: ${title}`, "heading"),
    ...(note === undefined ? [] : [painter.line(`   ${note}`, "faint")]),
    painter.code(text.trimEnd(), language),
  ].join("\n");
}

/** What differs between two stages. */
export function diffText(before: Stage, after: Stage, painter: Painter): string {
  const signs = { added: "+ ", removed: "- ", same: "  " } as const;
  const body = lineDiff(before.text.trimEnd(), after.text.trimEnd()).map(({ kind, text }) => {
    const line = `${signs[kind]}${text}`;
    return kind === "same" ? line : painter.line(line, kind);
  });
  return [
    painter.line(`── from ${before.id}: ${before.title}`, "heading"),
    painter.line(`── to ${after.id}: ${after.title}`, "heading"),
    ...(after.note === undefined ? [] : [painter.line(`   ${after.note}`, "faint")]),
    ...body,
  ].join("\n");
}
