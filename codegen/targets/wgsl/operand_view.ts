/** How an operand of a contraction gets from memory to the registers that products are made of. @module */
import { FOUR } from "../../kernel/fours.ts";
import type { Tiling } from "../../kernel/tiling.ts";
import type { Named } from "./axis_values.ts";

/** The components of a vector. */
export const COMPONENTS = ["x", "y", "z", "w"] as const;

/** Loads that precede the products of a group of rows, and what the rows of an operand are there. */
export interface Registers {
  /** Loaded at the beginning of a turn. */
  readonly turn: readonly Named[];
  /** Loaded for a step; one entry per load, with the rows or columns that need it. */
  readonly step: (step: number) => readonly Named[];
  /** One row, or one column, at a step: a scalar. */
  readonly one: (at: number, step: number) => string;
  /** Four columns at a step, from a multiple of four on: a vector. */
  readonly four: (at: number, step: number) => string;
}

/** What an operand's registers are made from. */
export interface OperandSource {
  /** `left` or `right`. */
  readonly register: "left" | "right";
  /** Rows or columns of an invocation. */
  readonly count: number;
  /** The axis along which it is loaded in fours: its own, or that of the sum. */
  readonly fours: "own" | "k" | undefined;
  readonly unroll: number;
  /** The call that loads at a row or column, so many steps after the first of the turn. */
  readonly load: (at: number, step: number) => string;
}

/** The components of four loads of one step, or of the registers of four steps. */
function vectorOf(parts: readonly string[]): string {
  return `vec4<f32>(${parts.join(", ")})`;
}

const fourFrom = (at: number): readonly number[] => [0, 1, 2, 3].map((i) => at + i);

/** Registers that hold what is loaded along the sum: four steps of a row, or of a column. */
function alongSum({ register, count, load }: OperandSource): Registers {
  const name = (at: number) => `${register}_${at}`;
  const one = (at: number, step: number) => `${name(at)}.${COMPONENTS[step % FOUR]}`;
  const four = (at: number, step: number) => `${register}_${step}_${at / FOUR}`;
  const turned = (step: number) =>
    Array.from({ length: count / FOUR }, (_, i) => ({
      name: four(FOUR * i, step),
      value: vectorOf(fourFrom(FOUR * i).map((at) => one(at, step))),
    }));
  return {
    turn: Array.from({ length: count }, (_, at) => ({ name: name(at), value: load(at, 0) })),
    // Rows are taken one by one, columns four at a time.
    step: (step) => register === "left" ? [] : turned(step),
    one,
    four,
  };
}

/** Registers that hold four rows, or four columns, of one step. */
function alongOwn({ register, count, unroll, load }: OperandSource): Registers {
  const name = (at: number, step: number) =>
    [register, ...(unroll === 1 ? [] : [step]), Math.floor(at / FOUR)].join("_");
  return {
    turn: [],
    step: (step) =>
      Array.from({ length: count / FOUR }, (_, i) => ({
        name: name(FOUR * i, step),
        value: load(FOUR * i, step),
      })),
    one: (at, step) => `${name(at, step)}.${COMPONENTS[at % FOUR]}`,
    four: name,
  };
}

/** Registers of one row each. */
function oneByOne({ register, count, unroll, load }: OperandSource): Registers {
  const name = (at: number, step: number) =>
    [register, ...(unroll === 1 ? [] : [step]), at].join("_");
  return {
    turn: [],
    step: (step) =>
      Array.from({ length: count }, (_, at) => ({ name: name(at, step), value: load(at, step) })),
    one: name,
    four: (at, step) => vectorOf(fourFrom(at).map((each) => name(each, step))),
  };
}

/** Registers of one column each, put together to vectors as they are loaded. */
function gathered({ register, count, unroll, load }: OperandSource): Registers {
  const name = (at: number, step: number) =>
    [register, ...(unroll === 1 ? [] : [step]), Math.floor(at / FOUR)].join("_");
  return {
    turn: [],
    step: (step) =>
      Array.from({ length: count / FOUR }, (_, i) => ({
        name: name(FOUR * i, step),
        value: vectorOf(fourFrom(FOUR * i).map((at) => load(at, step))),
      })),
    one: (at, step) => `${name(at, step)}.${COMPONENTS[at % FOUR]}`,
    four: name,
  };
}

/** The registers of an operand. */
export function registersOf(source: OperandSource): Registers {
  switch (source.fours) {
    case "k":
      return alongSum(source);
    case "own":
      return alongOwn(source);
    case undefined:
      return source.register === "left" ? oneByOne(source) : gathered(source);
  }
}

/** What a loop adds up: loads, and then what each sum gains from them. */
export interface ProductGroup {
  readonly loads: readonly Named[];
  readonly gains: readonly Named[];
}

/** The name of a sum: of a row and a column, or of a row and four columns from a multiple of four on. */
export function sumName(row: number, column: number, dots: boolean): string {
  return `sum_${row}_${dots ? column : column / FOUR}`;
}

/** Rows in the groups that one load of the left operand serves. */
function rowGroups(rows: number, step: readonly Named[]): readonly (readonly number[])[] {
  const size = step.length === 0 ? rows : rows / step.length;
  return Array.from(
    { length: rows / size },
    (_, i) => Array.from({ length: size }, (_, at) => size * i + at),
  );
}

/** The products of a turn of steps: `sum += left · right`, a row times four columns at a time. */
export function outerProducts(
  { tile, unroll }: Tiling,
  left: Registers,
  right: Registers,
): readonly ProductGroup[] {
  const columns = Array.from({ length: tile.columns / FOUR }, (_, i) => FOUR * i);
  const steps = Array.from({ length: unroll }, (_, step): readonly ProductGroup[] => {
    const loads = left.step(step);
    return [
      { loads: right.step(step), gains: [] },
      ...rowGroups(tile.rows, loads).map((rows, i) => ({
        loads: loads.slice(i, i + 1),
        gains: rows.flatMap((row) =>
          columns.map((column) => ({
            name: sumName(row, column, false),
            value: `${left.one(row, step)} * ${right.four(column, step)}`,
          }))
        ),
      })),
    ];
  });
  return [{ loads: [...left.turn, ...right.turn], gains: [] }, ...steps.flat()];
}

/** The products of four steps: `sum += dot(left, right)`, a row times a column at a time. */
export function dotProducts(
  { tile }: Tiling,
  left: readonly Named[],
  right: readonly Named[],
): readonly ProductGroup[] {
  const rows = Array.from({ length: tile.rows }, (_, row): ProductGroup => ({
    loads: left.slice(row, row + 1),
    gains: right.map(({ name }, column) => ({
      name: sumName(row, column, true),
      value: `dot(${left[row]?.name}, ${name})`,
    })),
  }));
  return [{ loads: right, gains: [] }, ...rows];
}
