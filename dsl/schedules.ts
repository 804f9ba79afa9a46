/**
 * Learning rates that change with the step. A schedule is a function of the number of the step, 1 at the
 * first, in the language; it is computed on the host in float64, before each step.
 *
 * @module
 */
import { add, cos, div, floor, lessEqual, minimum, mul, pow, select, sub } from "./arithmetic.ts";
import { DeclarationError } from "./errors.ts";
import { handle, returnedNode, type Tensor } from "./handle.ts";
import type { Node } from "./ops.ts";
import { checkOptions, numberLike, type OptionRule } from "./options.ts";
import { describe } from "./shape_rules.ts";
import { constant } from "./tensor.ts";

/** A number of shape []. */
export type ScalarTensor = Tensor<readonly [], "f32">;

/**
 * The rate at a step. One's own is any function of the step's number that no data enter:
 *
 * ```ts
 * import { div, type Schedule, sgd, sqrt } from "./mod.ts";
 * const falling: Schedule = (step) => div(0.1, sqrt(step));
 * if (sgd({ rate: falling }).kind !== "optimizer") throw new Error();
 * ```
 */
export type Schedule = (step: ScalarTensor) => ScalarTensor;

/** A rate that stays, or one that changes. */
export type Rate = number | Schedule;

const FIXED = numberLike(0.001, 0);

/** The rule of a rate. */
export const RATE: OptionRule = {
  wanted:
    "a number of at least 0, or a schedule, such as cosine({ peak: 1e-3, warmup: 100, steps: 1000 })",
  fits: (value) => FIXED.fits(value) || typeof value === "function",
};

const required = (rule: OptionRule): OptionRule => ({ ...rule, required: true });

/** Settings of {@linkcode stepDecay}. */
export interface StepDecayOptions {
  /** The rate of the first `every` steps. */
  readonly initial: number;
  /** Steps from one change to the next. */
  readonly every: number;
  /** What each change multiplies the rate by. */
  readonly factor: number;
}

const STEP_DECAY = {
  initial: required(numberLike(0.1, 0)),
  every: required(numberLike(1000, 1)),
  factor: required(numberLike(0.1, 0)),
};

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
export function stepDecay(options: StepDecayOptions): Schedule {
  checkOptions("schedule by stepDecay", options, STEP_DECAY);
  const { initial, every, factor } = options;
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

const COSINE = {
  peak: required(numberLike(1e-3, 0)),
  steps: required(numberLike(1000, 1)),
  warmup: numberLike(100, 0),
  final: numberLike(1e-5, 0),
};

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
export function cosine(options: CosineOptions): Schedule {
  checkOptions("schedule by cosine", options, COSINE);
  const { peak, steps, warmup = 0, final = 0 } = options;
  if (steps < warmup + 1) {
    throw new DeclarationError(
      `Cannot declare a schedule by cosine: warmup = ${warmup} does not end before steps = ${steps}; steps counts those of the warm-up too`,
    );
  }
  return (step) => {
    const part = minimum(div(sub(step, warmup), steps - warmup), 1);
    const wave = add(mul(add(cos(mul(part, Math.PI)), 1), (peak - final) / 2), final);
    return warmup === 0 ? wave : select(lessEqual(step, warmup), mul(step, peak / warmup), wave);
  };
}

/**
 * A rate at a step.
 *
 * @throws {DeclarationError} if a schedule gives anything but one number, or one that depends on data
 */
export function rateAt(rate: Rate, step: ScalarTensor): ScalarTensor {
  if (typeof rate === "number") return constant(rate);
  const node = returnedNode("a schedule", rate(step));
  if (node.shape.length > 0 || node.dtype !== "f32") {
    throw new DeclarationError(
      `Cannot use the result of a schedule: ${
        describe(node)
      } of ${node.dtype} is not one f32; compute it from the step alone`,
    );
  }
  const data = leafBeside(step.node, node);
  if (data === undefined) return handle(node);
  throw new DeclarationError(
    `Cannot use the result of a schedule: it depends on ${
      describe(data)
    }; compute it from the step alone`,
  );
}

/** A leaf that a value depends on and that is not the step's number. */
function leafBeside(step: Node, node: Node, seen: Set<Node> = new Set()): Node | undefined {
  if (node === step || seen.has(node)) return undefined;
  seen.add(node);
  if (node.op === "input") return node;
  for (const each of node.inputs) {
    const found = leafBeside(step, each, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A rate as documents show it. */
export function showRate(rate: Rate): string {
  return typeof rate === "number" ? String(rate) : "by schedule";
}
