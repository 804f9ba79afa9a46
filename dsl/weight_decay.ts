/** Weight decay. @module */
import { add, mul } from "./arithmetic.ts";
import { DeclarationError, showValue } from "./errors.ts";
import type { Like } from "./optimizer.ts";

/** How strongly parameters are drawn to 0: all of them, or those of two axes and more. */
export type WeightDecay = number | {
  readonly rate: number;
  /** True to leave biases and the scales of normalisations alone: whatever has one axis. */
  readonly matricesOnly?: boolean;
};

/**
 * The decay of a parameter; 0 where it has none.
 *
 * @throws {DeclarationError} if it is negative or no number
 */
export function decayOf(w: Like, decay: WeightDecay): number {
  const { rate, matricesOnly = false } = typeof decay === "number" ? { rate: decay } : decay;
  if (typeof rate !== "number" || !Number.isFinite(rate) || rate < 0) {
    throw new DeclarationError(
      `Cannot let weights decay by ${
        showValue(decay)
      }: wanted a number of at least 0, or { rate: 0.01, matricesOnly: true }`,
    );
  }
  return matricesOnly && w.shape.length < 2 ? 0 : rate;
}

/** The gradient with that of ½·decay·w² added: g + decay · w. */
export function withDecay(g: Like, w: Like, decay: WeightDecay): Like {
  const rate = decayOf(w, decay);
  return rate === 0 ? g : add(g, mul(w, rate));
}
