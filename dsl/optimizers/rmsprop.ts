/** RMSProp. @module */
import { defineOptimizer, type Like, type OptimizerDeclaration } from "../optimizer.ts";
import { type Rate, rateAt, showRate } from "../schedules.ts";
import { add, div, mul, sqrt, sub } from "../tensor.ts";
import { type WeightDecay, withDecay } from "../weight_decay.ts";

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

/**
 * RMSProp (T. Hinton: "Neural Networks for Machine Learning", lecture 6e, 2012), as `torch.optim.RMSprop` has
 * it, with the velocity b:
 *
 *     s ← α·s + (1 − α)·g²
 *     m ← α·m + (1 − α)·g,  and s − m² for s below, where it is centered
 *     b ← momentum·b + g / (√s + ε)
 *     w ← w − rate · b
 */
export function rmsProp(options: RmsPropOptions = {}): OptimizerDeclaration {
  const { rate = 0.01, alpha = 0.99, eps = 1e-8, momentum = 0, centered = false, decay = 0 } =
    options;
  const mix = (old: Like, own: Like): Like => add(mul(old, alpha), mul(own, 1 - alpha));
  return defineOptimizer({
    name: "rmsprop",
    doc: `RMSProp, rate ${showRate(rate)}, α = ${alpha}, ε = ${eps}, momentum ${momentum}${
      centered ? ", centered" : ""
    }`,
    state: ["s", "m", "b"],
    update: ({ w, g, s, m, b, step }) => {
      const slope = withDecay(g, w, decay);
      const square = mix(s, mul(slope, slope));
      const mean = centered ? mix(m, slope) : m;
      const variance = centered ? sub(square, mul(mean, mean)) : square;
      const change = div(slope, add(sqrt(variance), eps));
      const velocity = momentum === 0 ? change : add(mul(b, momentum), change);
      return {
        w: sub(w, mul(velocity, rateAt(rate, step))),
        s: square,
        m: mean,
        b: momentum === 0 ? b : velocity,
      };
    },
  });
}
