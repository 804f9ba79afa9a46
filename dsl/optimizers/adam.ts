/** Adam, in its two spellings. @module */
import { named } from "../hints.ts";
import { defineOptimizer, type Like, type OptimizerDeclaration } from "../optimizer.ts";
import { checkOptions, numberLike, type OptionRule } from "../options.ts";
import { RATE, type Rate, rateAt, type ScalarTensor, showRate } from "../schedules.ts";
import { add, div, mul, pow, sqrt, sub } from "../tensor.ts";
import { DECAY, decayOf, type WeightDecay, withDecay } from "../weight_decay.ts";

/** Settings of {@linkcode adam}; the defaults are Chainer's. */
export interface AdamOptions {
  /** The step size; 0.001 if left out. */
  readonly alpha?: Rate;
  /** How much of the first moment each step keeps. */
  readonly beta1?: number;
  /** How much of the second moment each step keeps. */
  readonly beta2?: number;
  /** Keeps the divisor from 0. */
  readonly eps?: number;
  /**
   * Where eps stands. `"chainer"`: beside the uncorrected root, as in Chainer's
   * `optimizers/adam.py`. `"pytorch"`: beside the corrected root, as in the paper's algorithm 1 and
   * `torch.optim.Adam`. With Chainer's rule eps weighs more during the first steps.
   */
  readonly rule?: "chainer" | "pytorch";
  /** How strongly parameters are drawn to 0, as a part of the gradient; 0 if left out. */
  readonly decay?: WeightDecay;
}

/** Settings of {@linkcode adamW}. */
export interface AdamWOptions extends Omit<AdamOptions, "rule" | "decay"> {
  /** How much of itself a parameter loses in a step, times the step size; 0.01 if left out. */
  readonly decay?: WeightDecay;
}

const MOMENTS = {
  alpha: RATE,
  beta1: numberLike(0.9, 0, 1),
  beta2: numberLike(0.999, 0, 1),
  eps: numberLike(1e-8, 0),
  decay: DECAY,
};

const RULE: OptionRule = {
  wanted: '"chainer" or "pytorch"',
  fits: (value) => value === "chainer" || value === "pytorch",
};

/**
 * Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015). With step t from 1:
 *
 *     m ← β₁·m + (1 − β₁)·g
 *     v ← β₂·v + (1 − β₂)·g²
 *     chainer: w ← w − α·√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε)
 *     pytorch: w ← w − α/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)
 *
 * The factors that depend on t alone are computed once per step, in float64, on the host.
 *
 * ```ts
 * import { adam, cosine } from "../mod.ts";
 * const optimizer = adam({ alpha: cosine({ peak: 1e-3, steps: 1000 }), rule: "pytorch" });
 * if (optimizer.name !== "adam") throw new Error();
 * ```
 *
 * @throws {DeclarationError} if a setting is out of its range
 */
export function adam(options: AdamOptions = {}): OptimizerDeclaration {
  checkOptions("step by adam", options, { ...MOMENTS, rule: RULE });
  const { rule = "chainer", decay = 0, ...moments } = options;
  const { alpha = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8 } = moments;
  return defineOptimizer({
    name: "adam",
    doc: `Adam, ${rule}'s rule, α = ${showRate(alpha)}, β₁ = ${beta1}, β₂ = ${beta2}, ε = ${eps}`,
    state: ["m", "v"],
    update: (given) => {
      const slope = withDecay(given.g, given.w, decay);
      const { change, m, v } = adamChange({ ...given, g: slope }, rule, moments);
      return { w: sub(given.w, change), m, v };
    },
  });
}

/**
 * Adam with decoupled weight decay (I. Loshchilov, F. Hutter: "Decoupled Weight Decay Regularization", 2019):
 * w ← w − α·decay·w before Adam's own change by PyTorch's rule, which does not see the decay.
 *
 * ```ts
 * import { adamW } from "../mod.ts";
 * const optimizer = adamW({ alpha: 3e-4, decay: { rate: 0.1, matricesOnly: true } });
 * if (optimizer.name !== "adam_w") throw new Error();
 * ```
 *
 * @throws {DeclarationError} if a setting is out of its range
 */
export function adamW(options: AdamWOptions = {}): OptimizerDeclaration {
  checkOptions("step by adamW", options, MOMENTS);
  const { decay = 0.01, ...moments } = options;
  const { alpha = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8 } = moments;
  return defineOptimizer({
    name: "adam_w",
    doc: `AdamW, α = ${showRate(alpha)}, β₁ = ${beta1}, β₂ = ${beta2}, ε = ${eps}`,
    state: ["m", "v"],
    update: (given) => {
      const { w, step } = given;
      const { change, m, v } = adamChange(given, "pytorch", moments);
      const own = decayOf(w, decay);
      const kept = own === 0 ? w : sub(w, mul(mul(w, rateAt(alpha, step)), own));
      return { w: sub(kept, change), m, v };
    },
  });
}

/** What Adam takes from a parameter, and its new moments. */
function adamChange(
  { g, m, v, step }: Readonly<Record<"g" | "m" | "v", Like>> & { readonly step: ScalarTensor },
  rule: "chainer" | "pytorch",
  { alpha = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8 }: AdamWOptions,
): Readonly<Record<"change" | "m" | "v", Like>> {
  const mNext = named("m_next", add(mul(m, beta1), mul(g, 1 - beta1)));
  const vNext = named("v_next", add(mul(v, beta2), mul(mul(g, g), 1 - beta2)));
  const root = named("root_t", sqrt(sub(1, pow(beta2, step))));
  const rate = named("rate_t", div(rateAt(alpha, step), sub(1, pow(beta1, step))));
  const change = rule === "chainer"
    ? div(mul(named("alpha_t", mul(rate, root)), mNext), add(sqrt(vNext), eps))
    : div(mul(rate, mNext), add(div(sqrt(vNext), root), eps));
  return { change, m: mNext, v: vNext };
}
