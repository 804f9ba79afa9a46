/**
 * Learning rates that change with the step. A schedule is a function of the number of the step, 1 at the
 * first, in the language; it is computed on the host in float64, before each step.
 *
 * @module
 */
import { add, cos, div, floor, lessEqual, minimum, mul, pow, select, sub } from "./arithmetic.ts";
import { DeclarationError, showValue } from "./errors.ts";
import type { Tensor } from "./handle.ts";
import { constant } from "./tensor.ts";

/** A number of shape []. */
export type ScalarTensor = Tensor<readonly [], "f32">;

/** The rate at a step. */
export type Schedule = (step: ScalarTensor) => ScalarTensor;

/** A rate that stays, or one that changes. */
export type Rate = number | Schedule;

function check(schedule: string, name: string, value: unknown, least: number): void {
  if (typeof value === "number" && Number.isFinite(value) && value >= least) return;
  throw new DeclarationError(
    `Cannot schedule a rate by ${schedule} with ${name} = ${
      showValue(value)
    }: wanted a number of at least ${least}`,
  );
}

/** Settings of {@linkcode stepDecay}. */
export interface StepDecayOptions {
  /** The rate of the first `every` steps. */
  readonly initial: number;
  /** Steps from one change to the next. */
  readonly every: number;
  /** What each change multiplies the rate by. */
  readonly factor: number;
}

/**
 * initial · factor^⌊(t − 1) / every⌋ at step t.
 *
 * ```ts
 * import { sgd, stepDecay } from "./mod.ts";
 * const optimizer = sgd({ rate: stepDecay({ initial: 0.1, every: 600, factor: 0.5 }) });
 * if (optimizer.kind !== "optimizer") throw new Error();
 * ```
 *
 * @throws {DeclarationError} if a setting is negative, or if there is less than a step from change to change
 */
export function stepDecay({ initial, every, factor }: StepDecayOptions): Schedule {
  check("stepDecay", "initial", initial, 0);
  check("stepDecay", "every", every, 1);
  check("stepDecay", "factor", factor, 0);
  return (step) => mul(pow(factor, floor(div(sub(step, 1), every))), initial);
}

/** Settings of {@linkcode cosine}. */
export interface CosineOptions {
  /** The largest rate, at step `warmup`. */
  readonly peak: number;
  /** The step at which the rate has come to `final`, where it stays. */
  readonly steps: number;
  /** Steps in which the rate rises from 0 to the peak; 0 if left out. */
  readonly warmup?: number;
  /** The last rate; 0 if left out. */
  readonly final?: number;
}

/**
 * peak · t / warmup up to step t = warmup, and from there half a wave of the cosine down:
 * final + (peak − final) · ½·(1 + cos(π·(t − warmup) / (steps − warmup))). (I. Loshchilov, F. Hutter: "SGDR:
 * Stochastic Gradient Descent with Warm Restarts", 2017, equation 5, without restarts.)
 *
 * ```ts
 * import { adam, cosine } from "./mod.ts";
 * const optimizer = adam({ alpha: cosine({ peak: 3e-3, warmup: 100, steps: 1200 }) });
 * if (optimizer.kind !== "optimizer") throw new Error();
 * ```
 *
 * @throws {DeclarationError} if a setting is negative, or if the warm-up does not end before `steps`
 */
export function cosine({ peak, steps, warmup = 0, final = 0 }: CosineOptions): Schedule {
  check("cosine", "peak", peak, 0);
  check("cosine", "warmup", warmup, 0);
  check("cosine", "final", final, 0);
  check("cosine", "steps", steps, warmup + 1);
  return (step) => {
    const part = minimum(div(sub(step, warmup), steps - warmup), 1);
    const wave = add(mul(add(cos(mul(part, Math.PI)), 1), (peak - final) / 2), final);
    return warmup === 0 ? wave : select(lessEqual(step, warmup), mul(step, peak / warmup), wave);
  };
}

/**
 * A rate at a step.
 *
 * @throws {DeclarationError} if it is neither a number nor a schedule
 */
export function rateAt(rate: Rate, step: ScalarTensor): ScalarTensor {
  if (typeof rate === "function") return rate(step);
  if (typeof rate === "number" && Number.isFinite(rate)) return constant(rate);
  throw new DeclarationError(
    `Cannot learn at the rate ${
      showValue(rate)
    }: wanted a number, or a schedule such as cosine({ peak: 1e-3, steps: 1000 })`,
  );
}

/** A rate as documents show it. */
export function showRate(rate: Rate): string {
  return typeof rate === "number" ? String(rate) : "by schedule";
}
