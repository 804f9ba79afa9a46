/** Weight decay. @module */
import { add, mul } from "./arithmetic.ts";
import type { Like } from "./optimizer.ts";
import { FLAG, isRecordOf, numberLike, type OptionRule } from "./options.ts";

/** How strongly parameters are drawn to 0: all of them, or those of two axes and more. */
export type WeightDecay = number | {
  readonly rate: number;
  /** True to leave biases and the scales of normalisations alone: whatever has one axis. */
  readonly matricesOnly?: boolean;
};

const RATE = numberLike(0.01, 0);
const PARTS: Readonly<Record<string, OptionRule>> = { rate: RATE, matricesOnly: FLAG };

/** The rule of `decay`. */
export const DECAY: OptionRule = {
  wanted: "a number of at least 0, or one for matrices, such as { rate: 0.01, matricesOnly: true }",
  fits: (value) => RATE.fits(value) || isDecayOfSome(value),
};

function isDecayOfSome(value: unknown): boolean {
  return isRecordOf(value, () => true) && Object.hasOwn(Object(value), "rate") &&
    Object.entries(Object(value)).every(([name, part]) =>
      (part === undefined && name !== "rate") || (PARTS[name]?.fits(part) ?? false)
    );
}

/** The decay of a parameter; 0 where it has none. */
export function decayOf(w: Like, decay: WeightDecay): number {
  const { rate, matricesOnly = false } = typeof decay === "number" ? { rate: decay } : decay;
  return matricesOnly && w.shape.length < 2 ? 0 : rate;
}

/** The gradient with that of ½·decay·w² added: g + decay · w. */
export function withDecay(g: Like, w: Like, decay: WeightDecay): Like {
  const rate = decayOf(w, decay);
  return rate === 0 ? g : add(g, mul(w, rate));
}
