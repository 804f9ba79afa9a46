/**
 * How a contraction `Σ_k lhs(m, k) · rhs(k, n)` is cut into pieces for a machine: parameters of one family
 * of kernels, as data. A tiling never changes what is computed, save the order in which a sum is added.
 *
 * @module
 */
import { FOUR } from "./fours.ts";

/**
 * Two kinds of machines run workgroups, each with a tiling of its own:
 * - `vector`: one vector of a CPU at a time, whose elements are invocations side by side;
 * - `gpu`: many invocations at a time, which share fast memory.
 */
export type MachineKind = "vector" | "gpu";

/** An axis of a contraction. */
export type ContractAxis = "m" | "n" | "k";

/** What each invocation, each workgroup and each turn of a loop does. */
export interface Tiling {
  /** Results of one invocation. */
  readonly tile: { readonly rows: number; readonly columns: number };
  /** Invocations of a workgroup along m and n. */
  readonly workgroup: { readonly rows: number; readonly columns: number };
  /** The axis along which invocations of consecutive numbers lie. */
  readonly neighbours: "m" | "n";
  /** The axis along which workgroups of consecutive numbers lie. */
  readonly order: "m" | "n";
  /** Steps of k that one turn of the innermost loop takes. */
  readonly unroll: number;
  /** Axes along which four elements are loaded or stored at once, each from a multiple of four on. */
  readonly fours: {
    readonly lhs?: "m" | "k";
    readonly rhs?: "n" | "k";
    /** True if the epilogue takes four columns at once. */
    readonly results: boolean;
  };
  /** Operands that a workgroup copies to its own memory before it sums, `depth` steps of k at a time. */
  readonly staged: { readonly lhs: boolean; readonly rhs: boolean; readonly depth: number };
  /** True for an axis that is covered exactly: of m and n by workgroups, of k by turns and by `depth`. */
  readonly exact: { readonly [A in ContractAxis]: boolean };
  /**
   * True if results are finished row by row in a loop, the rest moving up; false if each is spelt out.
   * Compilers take long over a long epilogue that is spelt out a hundred times.
   */
  readonly rolled: boolean;
  /** Equal parts of k that are summed apart and added up in order by a kernel of their own; 1 for none. */
  readonly splits: number;
}

/** Results of a workgroup along m and n. */
export function blockOf({ tile, workgroup }: Tiling): {
  readonly rows: number;
  readonly columns: number;
} {
  return { rows: tile.rows * workgroup.rows, columns: tile.columns * workgroup.columns };
}

/** The rows go with the left operand of a contraction, the columns with the right one. */
export type Side = "lhs" | "rhs";

/** How the rows or columns of a workgroup are shared out among its invocations. */
export interface Sharing {
  /** Rows or columns of an invocation. */
  readonly count: number;
  /** Invocations along the axis. */
  readonly invocations: number;
  /** Rows or columns of an invocation that lie side by side: all, or fours in turn with the others'. */
  readonly unit: number;
}

/** How a side's rows or columns are shared out among invocations. */
export function sharing({ tile, workgroup }: Tiling, side: Side): Sharing {
  const [count, invocations] = side === "lhs"
    ? [tile.rows, workgroup.rows]
    : [tile.columns, workgroup.columns];
  // Invocations take turns by fours, so that neighbours touch neighbouring memory.
  return { count, invocations, unit: count % FOUR === 0 ? FOUR : count };
}

/** Elements of workgroup memory that a tiling takes. */
export function stagedElements(tiling: Tiling): number {
  const { rows, columns } = blockOf(tiling);
  const { lhs, rhs, depth } = tiling.staged;
  return depth * ((lhs ? rows : 0) + (rhs ? columns : 0));
}

/** True if both operands are loaded in fours along k: then each result adds up dot products of four. */
export function sumsDots({ fours, staged }: Tiling): boolean {
  return fours.lhs === "k" && fours.rhs === "k" && !staged.lhs && !staged.rhs;
}

/** A tiling in one line: `20x8 · 1x8 along n, fours kk-`. */
export function showTiling(tiling: Tiling): string {
  const { tile, workgroup, neighbours, unroll, fours, staged, splits } = tiling;
  const copied = [staged.lhs ? "lhs" : "", staged.rhs ? "rhs" : ""].filter((side) => side !== "");
  return [
    `${tile.rows}x${tile.columns} · ${workgroup.rows}x${workgroup.columns} along ${neighbours}`,
    `fours ${fours.lhs ?? "-"}${fours.rhs ?? "-"}${fours.results ? "n" : "-"}`,
    ...(unroll === 1 ? [] : [`unroll ${unroll}`]),
    ...(copied.length === 0 ? [] : [`${copied.join("+")} staged by ${staged.depth}`]),
    ...(splits === 1 ? [] : [`${splits} splits`]),
  ].join(", ");
}
