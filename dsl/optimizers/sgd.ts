/** Stochastic gradient descent. @module */
import { defineOptimizer, type Like, type OptimizerDeclaration } from "../optimizer.ts";
import { type Rate, rateAt, showRate } from "../schedules.ts";
import { add, mul, sub } from "../tensor.ts";
import { type WeightDecay, withDecay } from "../weight_decay.ts";

/** Settings of {@linkcode sgd}. */
export interface SgdOptions {
  /** The step size; 0.01 if left out. */
  readonly rate?: Rate;
  /** How much of its velocity a parameter keeps; 0 if left out. */
  readonly momentum?: number;
  /** True to look ahead along the velocity. */
  readonly nesterov?: boolean;
  /** How strongly parameters are drawn to 0; 0 if left out. */
  readonly decay?: WeightDecay;
}

/**
 * w ← w − rate · g; with momentum μ, as in `torch.optim.SGD`,
 *
 *     v ← μ·v + g        (v is the first gradient at first)
 *     w ← w − rate · v,  or with Nesterov's momentum  w ← w − rate · (g + μ·v)
 *
 * where g holds decay · w too. (I. Sutskever et al.: "On the importance of initialization and momentum in deep
 * learning", 2013.)
 */
export function sgd(options: SgdOptions = {}): OptimizerDeclaration {
  const { rate = 0.01, momentum = 0, nesterov = false, decay = 0 } = options;
  const doc = `w ← w − ${showRate(rate)} · g${momentum === 0 ? "" : `, momentum ${momentum}`}`;
  const step = (w: Like, change: Like, at: ReturnType<typeof rateAt>): Like =>
    sub(w, mul(change, at));
  return momentum === 0
    ? defineOptimizer({
      name: "sgd",
      doc,
      state: [],
      update: ({ w, g, step: t }) => ({ w: step(w, withDecay(g, w, decay), rateAt(rate, t)) }),
    })
    : defineOptimizer({
      name: "sgd",
      doc,
      state: ["v"],
      update: ({ w, g, v, step: t }) => {
        const slope = withDecay(g, w, decay);
        const velocity = add(mul(v, momentum), slope);
        const change = nesterov ? add(slope, mul(velocity, momentum)) : velocity;
        return { w: step(w, change, rateAt(rate, t)), v: velocity };
      },
    });
}
