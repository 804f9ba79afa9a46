/**
 * The picture of a program's memory: a row for each slot, a column for each call, a bar from the call that writes a
 * tensor to the last that reads it.
 *
 * @module
 */
import { counted } from "../../runtime/wording.ts";
import type { MemoryView, SlotRow, Stay, Use } from "./memory_view.ts";

/** Sizes in pixels: the left part with names, a call, a slot, and what is above the slots. */
const [NAMES, CALL, SLOT, HEAD] = [250, 24, 26, 56] as const;

/** The most letters of a slot's tensors. */
const MOST_LETTERS = 26;

/** A part of the legend is as wide as its text, at about this many pixels a letter, and a bit. */
const legendWidth = (label: string): number => 40 + 6.5 * label.length;

/** What a sign for a use is. */
interface UseSigns {
  readonly isRead: boolean;
  readonly isWrite: boolean;
  readonly isChange: boolean;
}

/** The picture, measured out. */
export interface MemoryPicture {
  readonly width: number;
  readonly height: number;
  /** What it shows in a sentence. */
  readonly description: string;
  readonly legend: readonly { readonly kind: string; readonly label: string; readonly x: number }[];
  readonly marks: readonly (UseSigns & { readonly label: string; readonly x: number })[];
  readonly columns: readonly {
    readonly number: number;
    readonly title: string;
    readonly isOdd: boolean;
    readonly x: number;
    readonly middle: number;
    readonly width: number;
    readonly height: number;
  }[];
  readonly rows: readonly {
    readonly label: string;
    readonly size: string;
    readonly ownerX: number;
    readonly sizeX: number;
    readonly textY: number;
    readonly stays: readonly {
      readonly kind: string;
      readonly told: string;
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly uses: readonly (UseSigns & {
        readonly x: number;
        readonly y: number;
        readonly left: number;
        readonly top: number;
      })[];
    }[];
  }[];
}

/** Measures out the picture. */
export function memoryPicture(view: MemoryView): MemoryPicture {
  const { calls, rows, kinds } = view;
  let end = 0;
  const placed = (label: string): number => {
    const x = end;
    end += legendWidth(label);
    return x;
  };
  const legend = kinds.map((kind) => ({ kind, label: kind, x: placed(kind) }));
  const marks = MARKS.map(({ use, label }) => ({ ...signs(use), label, x: placed(label) + 6 }));
  const height = HEAD + SLOT * rows.length + 4;
  return {
    width: Math.ceil(Math.max(end, NAMES + CALL * calls.length + 4)),
    height,
    description: toldPicture(view),
    legend,
    marks,
    columns: calls.map((name, at) => ({
      number: at + 1,
      title: `Call ${at + 1}: ${name}`,
      isOdd: at % 2 === 0,
      x: callX(at),
      middle: callX(at) + CALL / 2,
      width: CALL,
      height: height - 34,
    })),
    rows: rows.map((row, at) => {
      const y = HEAD + SLOT * at;
      return {
        label: shortened(row.stays.map(({ tensor }) => tensor).join(", ")),
        size: row.size,
        ownerX: NAMES - 84,
        sizeX: NAMES - 12,
        textY: y + 17,
        stays: row.stays.map((stay) => stayBar(stay, y)),
      };
    }),
  };
}

const callX = (at: number): number => NAMES + CALL * at;

function stayBar(
  { kind, told, from, to, uses }: Stay,
  y: number,
): MemoryPicture["rows"][number]["stays"][number] {
  return {
    kind,
    told,
    x: callX(from) + 2,
    y: y + 4,
    width: CALL * (to - from + 1) - 4,
    uses: uses.map(({ at, use }) => {
      const middle = { x: callX(at) + CALL / 2, y: y + 13 };
      return { ...signs(use), ...middle, left: middle.x - 4, top: middle.y - 4 };
    }),
  };
}

const MARKS: readonly { readonly use: Use; readonly label: string }[] = [
  { use: "write", label: "written" },
  { use: "read_write", label: "changed in place" },
  { use: "read", label: "read" },
];

const signs = (use: Use): UseSigns => ({
  isRead: use === "read",
  isWrite: use === "write",
  isChange: use === "read_write",
});

const shortened = (text: string): string =>
  text.length <= MOST_LETTERS ? text : `${text.slice(0, MOST_LETTERS - 1)}…`;

/** Says what the picture shows to those who do not see it. */
export function toldPicture({ program, calls, rows }: MemoryView): string {
  const tensors = rows.reduce((sum, { stays }) => sum + stays.length, 0);
  return `The memory of ${program} over ${
    calls.length === 1 ? "its one call" : `its ${calls.length} calls`
  }: ${counted(tensors, "tensor")} in ${counted(rows.length, "slot")}.`;
}

/** What the slots come to, and what sharing saves. */
export function memorySummary({ rows, total, unshared, sizes }: MemoryView): string {
  const shared = rows.filter(({ stays }) => stays.length > 1).length;
  const saved = total === unshared ? "" : `; ${unshared} if none were shared`;
  return [
    sizes === "" || total === "" ? "" : `At ${sizes}: ${total} in all${saved}. `,
    shared === 0
      ? "No tensors share a slot in this program."
      : `${counted(shared, "slot")} taken by one tensor after another.`,
  ].join("");
}

/** A row of the table that says the same. */
export interface TensorRow {
  readonly tensor: string;
  readonly kind: string;
  readonly shape: string;
  readonly size: string;
  readonly slot: number;
  /** "2 to 5", or one. */
  readonly calls: string;
}

/** The same as a table. */
export function tensorRows(rows: readonly SlotRow[]): readonly TensorRow[] {
  return rows.flatMap(({ slot, stays }) =>
    stays.map(({ tensor, kind, shape, size, from, to }) => ({
      tensor,
      kind,
      shape,
      size,
      slot,
      calls: from === to ? `${from + 1}` : `${from + 1} to ${to + 1}`,
    }))
  );
}
