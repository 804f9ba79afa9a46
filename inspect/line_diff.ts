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
