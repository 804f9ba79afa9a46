/**
 * What differs between two texts, line by line.
 *
 * @module
 */
import { diffLines } from "diff";

/** A line of one of two texts, or of both. */
export interface DiffLine {
  readonly kind: "added" | "removed" | "same";
  readonly text: string;
}

/** All lines of two texts, in order; those that only the first has before those that only the second has. */
export function lineDiff(before: string, after: string): readonly DiffLine[] {
  return diffLines(`${before}\n`, `${after}\n`).flatMap(({ value, added, removed }): DiffLine[] => {
    const kind = added ? "added" : removed ? "removed" : "same";
    return value.replace(/\n$/, "").split("\n").map((text) => ({ kind, text }));
  });
}

/** Lines of a difference that follow each other. */
export interface DiffPart {
  /** True for lines that both texts have and that are far from where they differ. */
  readonly isFar: boolean;
  readonly lines: readonly DiffLine[];
}

/** Lines that are shown before and after a difference. */
const AROUND = 3;

/** The lines of a difference, cut where lines are far from what differs; one such line alone is kept with the rest. */
export function diffParts(lines: readonly DiffLine[]): readonly DiffPart[] {
  const isNear = lines.map((_, at) =>
    lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).some(({ kind }) => kind !== "same")
  );
  const isLone = (at: number) => isNear[at - 1] !== false && isNear[at + 1] !== false;
  const parts: { readonly isFar: boolean; readonly lines: DiffLine[] }[] = [];
  lines.forEach((line, at) => {
    const isFar = !isNear[at] && !isLone(at);
    const last = parts.at(-1);
    if (last?.isFar === isFar) last.lines.push(line);
    else parts.push({ isFar, lines: [line] });
  });
  return parts;
}
