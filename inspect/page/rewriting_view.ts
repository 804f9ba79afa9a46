/**
 * Rewriting as steps, each with what it changed.
 *
 * @module
 */
import { showMegaFlop } from "../../codegen/documents/arithmetic.ts";
import { type DiffLine, diffParts, lineDiff } from "../line_diff.ts";
import type { Stage } from "../stages.ts";
import type { CodePainter } from "./coloured_code.ts";

/** A line of a difference. */
export interface DiffLineView {
  readonly kind: DiffLine["kind"];
  readonly isAdded: boolean;
  readonly isRemoved: boolean;
  /** HTML. */
  readonly html: string;
}

/** Lines that follow each other, all far from what changed or none. */
export interface DiffPartView {
  readonly isFar: boolean;
  readonly count: number;
  readonly lines: readonly DiffLineView[];
}

/** What went away of the multiplications of one rule, for typical sizes. */
export interface SavingView {
  readonly before: string;
  readonly after: string;
  /** "10 times fewer" */
  readonly words: string;
  /** What is left, as a share of 100. */
  readonly left: number;
}

/** A rule that fired in a step. */
export interface RuleView {
  readonly name: string;
  readonly identity: string;
  /** False where the step is called after it. */
  readonly isNamed: boolean;
  /** "2 times" */
  readonly times: string | null;
}

/** A step. */
export interface StepView {
  readonly id: string;
  /** Counted from 1. */
  readonly number: number;
  readonly title: string;
  readonly rules: readonly RuleView[];
  readonly saving: SavingView | null;
  /** "3 lines added, 2 removed" */
  readonly changes: string;
  readonly parts: readonly DiffPartView[];
}

/** The most lines that are alike from step to step which a page has for unfolding. */
const MOST_ALIKE = 4000;

/** The graphs of a program one after the other, each as what differs from the one before. */
export function stepViews(
  program: string,
  stages: readonly Stage[],
  painter: Pick<CodePainter, "lines">,
): readonly StepView[] {
  const steps = stages.map((stage, at) => {
    const before = stages[at - 1];
    const lines = lineDiff((before ?? stage).text.trimEnd(), stage.text.trimEnd());
    const parts = before === undefined ? [{ isFar: false, lines }] : diffParts(lines);
    return { stage, lines, parts };
  });
  const far = steps.flatMap(({ parts }) => parts).filter(({ isFar }) => isFar);
  const isUnfolded = far.reduce((sum, { lines }) => sum + lines.length, 0) <= MOST_ALIKE;
  return steps.map(({ stage, lines, parts }, index) => ({
    id: `${program}/rewriting/${index + 1}`,
    number: index + 1,
    title: titleOf(stage),
    rules: rulesOf(stage),
    saving: savingOf(stage),
    changes: changesIn(lines),
    parts: parts.map((part) => ({
      isFar: part.isFar,
      count: part.lines.length,
      lines: part.isFar && !isUnfolded ? [] : part.lines.map(({ kind, text }) => ({
        kind,
        isAdded: kind === "added",
        isRemoved: kind === "removed",
        html: painter.lines(text, "graph").join(),
      })),
    })),
  }));
}

/** Each rule once. */
function rulesOf({ rules = [] }: Stage): readonly RuleView[] {
  return Array.from(
    Map.groupBy(rules, ({ name }) => name),
    ([name, { length, 0: first }]) => ({
      name,
      identity: first?.identity ?? "",
      isNamed: rules.length > 1,
      times: length === 1 ? null : `${length} times`,
    }),
  );
}

function titleOf({ title, rules = [] }: Stage): string {
  const names = [...new Set(rules.map(({ name }) => name))];
  if (names.length === 0) return title.charAt(0).toUpperCase() + title.slice(1);
  return rules.length === 1 ? names.join() : `${rules.length} rules that only change the form`;
}

function savingOf({ multiplications }: Stage): SavingView | null {
  if (multiplications === undefined) return null;
  const { before, after } = multiplications;
  const ratio = before / after;
  const shown = (value: number) => Number(value.toPrecision(3)).toString();
  return {
    before: showMegaFlop(before),
    after: showMegaFlop(after),
    words: ratio >= 1
      ? `${shown(ratio)} times fewer multiplications`
      : `${shown(1 / ratio)} times as many multiplications`,
    left: Math.round(Math.min(100, 100 * after / before)),
  };
}

function changesIn(lines: readonly DiffLine[]): string {
  const count = (wanted: DiffLine["kind"]) => lines.filter(({ kind }) => kind === wanted).length;
  const [added, removed] = [count("added"), count("removed")];
  if (added + removed === 0) return `${lines.length} ${lines.length === 1 ? "line" : "lines"}`;
  return `${added} ${added === 1 ? "line" : "lines"} added, ${removed} removed`;
}
