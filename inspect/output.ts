/**
 * Stages as text for a terminal.
 *
 * @module
 */
import { alignedTable } from "../runtime/aligned_table.ts";
import type { Painter } from "./colours.ts";
import { diffParts, lineDiff } from "./line_diff.ts";
import type { Stage } from "./stages.ts";

/** The stages of a program, and whose it is. */
export interface Inspected {
  readonly declaration: string;
  readonly program: string;
  /** All programs of the declaration. */
  readonly programs: readonly string[];
  readonly stages: readonly Stage[];
}

/**
 * A list of stages, and how to see more of them.
 *
 * @param command the command line that lists them
 */
export function overview(
  { declaration, program, programs, stages }: Inspected,
  command: string,
  painter: Painter,
): string {
  const [heading = "", ...rows] = alignedTable([
    { heading: "stage", align: "left", text: ({ id }) => id },
    { heading: "lines", align: "right", text: ({ text }) => `${lineCount(text)}` },
    { heading: "what it is", align: "left", text: ({ title }) => title },
  ], stages).split("\n");
  const others = programs.filter((name) => name !== program);
  return [
    painter.line(`${declaration}, program ${program}`, "heading"),
    painter.line(heading, "faint"),
    ...stages.flatMap(({ note }, i) => [
      rows[i] ?? "",
      ...(note === undefined ? [] : [painter.line(`    ${clipped(note)}`, "faint")]),
    ]),
    "",
    ...(others.length === 0 ? [] : [`Other programs: --program ${others.join(", ")}`]),
    ...hints(stages, command),
  ].join("\n");
}

/** Commands that show more of some stages. */
function hints(stages: readonly Stage[], command: string): readonly string[] {
  const shader = stages.findLast(({ id }) => id.endsWith(".plain.wgsl")) ??
    stages.find(({ language }) => language === "wgsl");
  const saves = stages.findIndex(({ multiplications }) => multiplications !== undefined);
  const rule = saves >= 0 ? saves : stages.findIndex(({ id }) => id.startsWith("rewrite-"));
  const [before, after] = [stages[rule - 1], stages[rule]];
  return [
    `A stage: ${command} --stage ${shader?.id ?? "graph"}`,
    ...(before === undefined || after === undefined
      ? []
      : [`What a rule did: ${command} --diff ${before.id}..${after.id}`]),
  ];
}

/** Longer notes are told with their stage. */
const LONGEST_NOTE = 110;

function clipped(note: string): string {
  return note.length <= LONGEST_NOTE ? note : `${note.slice(0, LONGEST_NOTE - 1)}…`;
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

/** What differs between two stages: lines that are far from a difference are only counted. */
export function diffText(before: Stage, after: Stage, painter: Painter): string {
  const signs = { added: "+ ", removed: "- ", same: "  " } as const;
  const parts = diffParts(lineDiff(before.text.trimEnd(), after.text.trimEnd()));
  const body = parts.flatMap(({ isFar, lines }) =>
    isFar ? [painter.line(`  ⋮ ${lines.length} lines alike`, "faint")] : lines.map((each) => {
      const line = `${signs[each.kind]}${each.text}`;
      return each.kind === "same" ? line : painter.line(line, each.kind);
    })
  );
  return [
    painter.line(`── from ${before.id}: ${before.title}`, "heading"),
    painter.line(`── to ${after.id}: ${after.title}`, "heading"),
    ...(after.note === undefined ? [] : [painter.line(`   ${after.note}`, "faint")]),
    ...body,
  ].join("\n");
}
