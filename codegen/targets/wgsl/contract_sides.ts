/** The two sides of a contraction, rows with the left operand and columns with the right one. @module */
import { FOUR, liesAlong, type Load } from "../../kernel/fours.ts";
import type { Axis } from "../../kernel/index_expr.ts";
import type { Kernel, Schedule } from "../../kernel/kernel.ts";
import { blockOf, sharing, type Side, type Tiling } from "../../kernel/tiling.ts";
import { lastOf, type Named, scaled } from "./axis_values.ts";
import type { ExpressionWriter } from "./expression.ts";
import { COMPONENTS, type Registers, registersOf } from "./operand_view.ts";

/** A contraction on its way to a text: what all its parts are made from. */
export interface Drawing {
  readonly axes: Pick<Extract<Schedule, { frame: "contract" }>, "m" | "n" | "k" | "sums" | "batch">;
  readonly tiling: Tiling;
  readonly writer: ExpressionWriter;
  /** The batch axes as arguments, e.g. `h, `, and with them those of the sum around k. */
  readonly batchArguments: string;
  readonly loadArguments: string;
}

/** Copies of one operand to workgroup memory, in blocks of four by four elements. */
export interface CopyView {
  readonly blocks: number;
  readonly loads: readonly Named[];
  readonly stores: readonly { readonly to: string; readonly value: string }[];
}

/** How far an invocation's row or column is from its first. */
function offsetOf(tiling: Tiling, side: Side, at: number): number {
  const { invocations, unit } = sharing(tiling, side);
  return Math.floor(at / unit) * unit * invocations + at % unit;
}

function plus(base: string, offset: number): string {
  return offset === 0 ? base : `${base} + ${offset}u`;
}

/** An invocation's row or column, from its first one on. */
export function offsetText(first: string, tiling: Tiling, side: Side, at: number): string {
  return plus(first, offsetOf(tiling, side, at));
}

/** The row of turn `row`, from an invocation's first one on. */
export function turnText(first: string, tiling: Tiling): string {
  const { invocations, unit } = sharing(tiling, "lhs");
  return invocations === 1 || unit === tiling.tile.rows
    ? `${first} + row`
    : `${first} + row / ${unit}u * ${unit * invocations}u + row % ${unit}u`;
}

const four = [0, 1, 2, 3] as const;

/** One side of a contraction on its way to a text. */
export class SideDrawing {
  /** True if the operand is copied to workgroup memory. */
  readonly isStaged: boolean;
  readonly #drawing: Drawing;
  readonly #side: Side;
  readonly #axis: Axis;
  readonly #id: string;
  readonly #k: string;
  /** True if the operand is contiguous along the sum. */
  readonly #followsSum: boolean;

  constructor(drawing: Drawing, side: Side, kernel: Kernel, load: Load) {
    const { axes, tiling, writer } = drawing;
    this.#drawing = drawing;
    this.#side = side;
    this.#axis = side === "lhs" ? axes.m : axes.n;
    this.#id = writer.ids.of("axis", this.#axis.name);
    this.#k = writer.ids.of("axis", axes.k.name);
    this.isStaged = tiling.staged[side];
    this.#followsSum = liesAlong(load, axes.k, kernel.tensors);
  }

  get #register(): "left" | "right" {
    return this.#side === "lhs" ? "left" : "right";
  }

  get #isExact(): boolean {
    return this.#drawing.tiling.exact[this.#side === "lhs" ? "m" : "n"];
  }

  /** Along its own axis, along the sum, or not at all. */
  get #fours(): "own" | "k" | undefined {
    const along = this.#drawing.tiling.fours[this.#side];
    return along === undefined || along === "k" ? along : "own";
  }

  /** The invocation's first row or column, and those that it loads, none past the edge. */
  places(): readonly Named[] {
    const { tiling } = this.#drawing;
    const { count, invocations, unit } = sharing(tiling, this.#side);
    const component = (tiling.neighbours === "n") === (this.#side === "rhs") ? "x" : "y";
    const first = this.#side === "lhs" ? "first_row" : "first_column";
    const own = invocations === 1 ? first : `${first} + ${scaled(`local.${component}`, unit)}`;
    const width = this.#fours === "own" ? FOUR : 1;
    const loaded = this.isStaged ? [] : Array.from({ length: count / width }, (_, i) => ({
      name: `${this.#id}_${i * width}`,
      value: this.#inside(offsetText(this.#id, tiling, this.#side, i * width), width),
    }));
    return [{ name: this.#id, value: own }, ...loaded];
  }

  /** Keeps a place of `width` rows or columns before the edge. */
  #inside(place: string, width: number): string {
    return this.#isExact
      ? place
      : `min(${place}, ${lastOf(this.#axis, width, this.#drawing.writer)})`;
  }

  /** How the operand gets into registers. */
  registers(): Registers {
    const { count } = sharing(this.#drawing.tiling, this.#side);
    return registersOf({
      register: this.#register,
      count,
      fours: this.isStaged ? "own" : this.#fours,
      unroll: this.#drawing.tiling.unroll,
      load: (at, step) =>
        this.isStaged
          ? this.#tileAt(at, step)
          : this.#load(`${this.#id}_${at}`, plus(this.#k, step)),
    });
  }

  #load(place: string, k: string): string {
    const { loadArguments } = this.#drawing;
    return this.#side === "lhs"
      ? `lhs(${loadArguments}${place}, ${k})`
      : `rhs(${loadArguments}${k}, ${place})`;
  }

  /** Four rows or columns that workgroup memory has of one step. */
  get #width(): number {
    const block = blockOf(this.#drawing.tiling);
    return (this.#side === "lhs" ? block.rows : block.columns) / FOUR;
  }

  #tileAt(at: number, step: number): string {
    const { tiling } = this.#drawing;
    const { invocations } = sharing(tiling, this.#side);
    const component = (tiling.neighbours === "n") === (this.#side === "rhs") ? "x" : "y";
    const k = step === 0 ? this.#k : `(${plus(this.#k, step)})`;
    const mine = [
      ...(at === 0 ? [] : [`${at / FOUR * invocations}u`]),
      ...(invocations === 1 ? [] : [`local.${component}`]),
    ];
    const row = `${k} % ${tiling.staged.depth}u * ${this.#width}u`;
    return `${this.#register}_tile[${[row, ...mine].join(" + ")}]`;
  }

  /** The operand's part of workgroup memory. */
  shared() {
    const { staged: { depth } } = this.#drawing.tiling;
    return {
      name: `${this.#register}_tile`,
      fours: depth * this.#width,
      note: `${depth} steps of ${this.#k}, ${FOUR * this.#width} of ${this.#id} each`,
    };
  }

  /** Copies to workgroup memory, turned where memory has the steps of the sum side by side. */
  copy(): CopyView {
    const { depth } = this.#drawing.tiling.staged;
    const steps = depth / FOUR;
    const [row, step] = this.#followsSum
      ? [`block / ${steps}u * ${FOUR}u`, `block % ${steps}u * ${FOUR}u`]
      : [`block % ${this.#width}u * ${FOUR}u`, `block / ${this.#width}u * ${FOUR}u`];
    const { loads, values } = this.#blockLoads();
    return {
      blocks: this.#width * steps,
      loads: [{ name: "row", value: row }, { name: "step", value: step }, ...loads],
      stores: values.map((value, i) => {
        const at = i === 0 ? "step" : `(step + ${i}u)`;
        return { to: `${this.#register}_tile[${at} * ${this.#width}u + row / ${FOUR}u]`, value };
      }),
    };
  }

  /** What is loaded of a block, and for each of its four steps the four rows or columns. */
  #blockLoads(): { readonly loads: readonly Named[]; readonly values: readonly string[] } {
    const first = `${this.#side === "lhs" ? "first_row" : "first_column"} + row`;
    const rows = (width: number, i: number) => this.#inside(plus(first, i), width);
    switch (this.#fours) {
      case "k": {
        const loads = four.map((i) => ({
          name: `loaded_${i}`,
          value: this.#load(rows(1, i), this.#stepInside(FOUR, 0)),
        }));
        const values = COMPONENTS.map((component) =>
          `vec4<f32>(${loads.map(({ name }) => `${name}.${component}`).join(", ")})`
        );
        return { loads, values };
      }
      case "own": {
        const steps = this.#steps();
        return {
          loads: [{ name: "row_0", value: rows(FOUR, 0) }, ...steps.loads],
          values: steps.places.map((step) => this.#load("row_0", step)),
        };
      }
      case undefined: {
        const steps = this.#steps();
        const places = four.map((i) => ({ name: `row_${i}`, value: rows(1, i) }));
        const values = steps.places.map((step) =>
          `vec4<f32>(${places.map(({ name }) => this.#load(name, step)).join(", ")})`
        );
        return { loads: [...places, ...steps.loads], values };
      }
    }
  }

  /** The four steps of a block, by name where they have to be kept before the end of the sum. */
  #steps(): { readonly loads: readonly Named[]; readonly places: readonly string[] } {
    const steps = four.map((i) => ({ name: `step_${i}`, value: this.#stepInside(1, i) }));
    return this.#drawing.tiling.exact.k
      ? { loads: [], places: steps.map(({ value }) => value) }
      : { loads: steps, places: steps.map(({ name }) => name) };
  }

  /** A step of the block, kept before the end of the sum. */
  #stepInside(width: number, i: number): string {
    const { tiling, axes, writer } = this.#drawing;
    const place = plus(`${this.#k}_0 + step`, i);
    return tiling.exact.k ? place : `min(${place}, ${lastOf(axes.k, width, writer)})`;
  }
}
