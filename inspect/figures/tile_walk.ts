/**
 * How the invocations of a workgroup compute one tile of a contraction together, step by step: who copies what to
 * workgroup memory, who reads what of it, and who owns which sums. Runs in pages too, so nothing is imported.
 *
 * @module
 */

/** Elements along each side of a block that an invocation copies at once. */
export const BLOCK = 4;

/** Rows or columns of a tile: the axis of one operand that the sum does not run over. */
export interface TileSide {
  readonly axis: string;
  /** The operand. */
  readonly tensor: string;
  /** Its index, such as `[b, o]`. */
  readonly index: string;
  /** Where a workgroup keeps its copy. */
  readonly memory: string;
  /** Rows or columns of an invocation, and how many of them lie side by side. */
  readonly count: number;
  readonly unit: number;
  /** Invocations along the axis. */
  readonly invocations: number;
  /** True if memory has the steps of the sum side by side. */
  readonly followsSum: boolean;
}

/** A tile. */
export interface TileFacts {
  readonly rows: TileSide;
  readonly columns: TileSide;
  /** The axis that the sum runs over, and how many of its steps are copied at a time. */
  readonly sum: string;
  readonly depth: number;
  /** True if invocations of consecutive numbers lie along the columns, false if along the rows. */
  readonly alongColumns: boolean;
  /** Tensors that are stored at the end. */
  readonly results: readonly string[];
  /** Equal parts of the sum, each for a workgroup of its own. */
  readonly splits: number;
  /** Axes with a tile for each of their places. */
  readonly batch: readonly string[];
  /** Axes that the sum runs over besides. */
  readonly sums: readonly string[];
}

/** An operand, named by what it gives the tile. */
export type SideName = "rows" | "columns";

/** What all invocations do at a time. */
export type TileStep =
  | { readonly kind: "place" }
  | { readonly kind: "copy"; readonly side: SideName }
  | { readonly kind: "wait" }
  | { readonly kind: "add"; readonly at: number }
  | { readonly kind: "turn" }
  | { readonly kind: "finish" };

/** An invocation of a workgroup, by its places along rows and columns. */
export interface Invocation {
  readonly row: number;
  readonly column: number;
}

/** A square of an operand: four rows or columns at four steps of the sum, from these on. */
export interface CopiedBlock {
  readonly place: number;
  readonly step: number;
}

/** Rows or columns of a workgroup's tile. */
export function extentOf({ count, invocations }: TileSide): number {
  return count * invocations;
}

/** Invocations of a workgroup. */
export function invocationCount({ rows, columns }: TileFacts): number {
  return rows.invocations * columns.invocations;
}

/** The number of an invocation. */
export function numberOf(
  { rows, columns, alongColumns }: TileFacts,
  { row, column }: Invocation,
): number {
  return alongColumns ? row * columns.invocations + column : column * rows.invocations + row;
}

/** The rows or columns that an invocation sums, counted within the tile; by units, in turn with the others. */
export function ownPlaces({ count, unit, invocations }: TileSide, own: number): readonly number[] {
  return Array.from(
    { length: count },
    (_, at) => own * unit + Math.floor(at / unit) * unit * invocations + at % unit,
  );
}

/** Places that lie side by side. */
export interface Run {
  readonly from: number;
  readonly count: number;
}

/** The same rows or columns as runs, each as long as it can be. */
export function ownRuns(side: TileSide, own: number): readonly Run[] {
  const runs: Run[] = [];
  for (const place of ownPlaces(side, own)) {
    const last = runs.at(-1);
    if (last !== undefined && last.from + last.count === place) {
      runs[runs.length - 1] = { from: last.from, count: last.count + 1 };
    } else runs.push({ from: place, count: 1 });
  }
  return runs;
}

/** Blocks of an operand that a workgroup copies each time. */
export function blockCount({ depth }: TileFacts, side: TileSide): number {
  return extentOf(side) / BLOCK * (depth / BLOCK);
}

/** The blocks of an operand that an invocation copies each time. */
export function copiedBlocks(
  facts: TileFacts,
  name: SideName,
  invocation: Invocation,
): readonly CopiedBlock[] {
  const side = facts[name];
  const [across, steps] = [extentOf(side) / BLOCK, facts.depth / BLOCK];
  const blocks: CopiedBlock[] = [];
  for (
    let block = numberOf(facts, invocation);
    block < blockCount(facts, side);
    block += invocationCount(facts)
  ) {
    // Invocations side by side read what lies side by side in memory.
    const [place, step] = side.followsSum
      ? [Math.floor(block / steps), block % steps]
      : [block % across, Math.floor(block / across)];
    blocks.push({ place: place * BLOCK, step: step * BLOCK });
  }
  return blocks;
}

/** The steps of one turn, and what is before and after all turns. */
export function tileSteps({ depth }: TileFacts): readonly TileStep[] {
  const shown = [...new Set([0, 1, depth - 1])].filter((at) => at < depth);
  return [
    { kind: "place" },
    { kind: "copy", side: "rows" },
    { kind: "copy", side: "columns" },
    { kind: "wait" },
    ...shown.map((at): TileStep => ({ kind: "add", at })),
    { kind: "turn" },
    { kind: "finish" },
  ];
}
