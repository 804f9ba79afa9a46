/** RMSProp. @module */
import { defineOptimizer, type Like, type OptimizerDeclaration } from "../optimizer.ts";
import { checkOptions, FLAG, numberLike } from "../options.ts";
import { RATE, type Rate, rateAt, showRate } from "../schedules.ts";
import { add, div, maximum, mul, sqrt, sub } from "../tensor.ts";
import { DECAY, type WeightDecay, withDecay } from "../weight_decay.ts";

/** Settings of {@linkcode rmsProp}; the defaults are PyTorch's. */
export interface RmsPropOptions {
  /** The step size; 0.01 if left out. */
  readonly rate?: Rate;
  /** How much of the mean square each step keeps; 0.99 if left out. */
  readonly alpha?: number;
  /** Keeps the divisor from 0; 1e-8 if left out. */
  readonly eps?: number;
  /** How much of its velocity a parameter keeps; 0 if left out. */
  readonly momentum?: number;
  /** True to divide by the deviation from the mean gradient. */
  readonly centered?: boolean;
  /** How strongly parameters are drawn to 0; 0 if left out. */
  readonly decay?: WeightDecay;
}

const OPTIONS = {
  rate: RATE,
  alpha: numberLike(0.99, 0, 1),
  eps: numberLike(1e-8, 0),
  momentum: numberLike(0.9, 0),
  centered: FLAG,
  decay: DECAY,
};

/**
 * RMSProp (T. Hinton: "Neural Networks for Machine Learning", lecture 6e, 2012), as `torch.optim.RMSprop` has
 * it, with the velocity b:
 *
 *     s ← α·s + (1 − α)·g²
 *     m ← α·m + (1 − α)·g,  and s − m² for s below, where it is centered
 *     b ← momentum·b + g / (√s + ε)
 *     w ← w − rate · b
 *
 * m is kept only where it is centered, b only with a momentum. The variance s − m² is never below 0 here,
 * where rounding would make it so, and its root NaN.
 *
 * ```ts
 * import { rmsProp } from "../mod.ts";
 * const optimizer = rmsProp({ rate: 1e-3, momentum: 0.9, centered: true });
 * if (optimizer.name !== "rmsprop") throw new Error();
 * ```
 *
 * @throws {DeclarationError} if a setting is out of its range
 */
export function rmsProp(options: RmsPropOptions = {}): OptimizerDeclaration {
  checkOptions("step by rmsProp", options, OPTIONS);
  const { rate = 0.01, alpha = 0.99, eps = 1e-8, momentum = 0, centered = false, decay = 0 } =
    options;
  const mix = (old: Like, own: Like): Like => add(mul(old, alpha), mul(own, 1 - alpha));
  return defineOptimizer<"s" | "m" | "b">({
    name: "rmsprop",
    doc: `RMSProp, rate ${showRate(rate)}, α = ${alpha}, ε = ${eps}, momentum ${momentum}${
      centered ? ", centered" : ""
    }`,
    state: ["s", ...centered ? ["m"] as const : [], ...momentum === 0 ? [] : ["b"] as const],
    update: (given) => {
      const { w, step } = given;
      const g = withDecay(given.g, w, decay);
      const s = mix(given.s, mul(g, g));
      const m = centered ? mix(given.m, g) : g;
      const variance = centered ? maximum(sub(s, mul(m, m)), 0) : s;
      const change = div(g, add(sqrt(variance), eps));
      const b = momentum === 0 ? change : add(mul(given.b, momentum), change);
      // Of these, the states that are declared above are kept.
      return { w: sub(w, mul(b, rateAt(rate, step))), s, m, b };
    },
  });
}
