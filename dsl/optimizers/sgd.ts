/** Stochastic gradient descent. @module */
import { DeclarationError } from "../errors.ts";
import { named } from "../hints.ts";
import { defineOptimizer, type OptimizerDeclaration } from "../optimizer.ts";
import { checkOptions, FLAG, numberLike } from "../options.ts";
import { RATE, type Rate, rateAt, showRate } from "../schedules.ts";
import { add, equal, mul, select, sub } from "../tensor.ts";
import { DECAY, type WeightDecay, withDecay } from "../weight_decay.ts";

/** Settings of {@linkcode sgd}. */
export interface SgdOptions {
  /** The step size; 0.01 if left out. */
  readonly rate?: Rate;
  /** How much of its velocity a parameter keeps; 0 if left out. */
  readonly momentum?: number;
  /** How much of each gradient but the first the velocity does not take; 0 if left out. */
  readonly dampening?: number;
  /** True to look ahead along the velocity. */
  readonly nesterov?: boolean;
  /** How strongly parameters are drawn to 0; 0 if left out. */
  readonly decay?: WeightDecay;
}

const OPTIONS = {
  rate: RATE,
  momentum: numberLike(0.9, 0),
  dampening: numberLike(0.1, 0, 1),
  nesterov: FLAG,
  decay: DECAY,
};

/**
 * w ← w − rate · g; with momentum μ and dampening τ, as in `torch.optim.SGD`,
 *
 *     v ← μ·v + (1 − τ)·g        (g itself at the first step)
 *     w ← w − rate · v,  or with Nesterov's momentum  w ← w − rate · (g + μ·v)
 *
 * where g holds decay · w too. (I. Sutskever et al.: "On the importance of initialization and momentum in deep
 * learning", 2013.)
 *
 * ```ts
 * import { sgd } from "../mod.ts";
 * const optimizer = sgd({ rate: 0.1, momentum: 0.9, nesterov: true, decay: 1e-4 });
 * if (optimizer.name !== "sgd") throw new Error();
 * ```
 *
 * @throws {DeclarationError} if a setting is out of its range, or needs a momentum and there is none
 */
export function sgd(options: SgdOptions = {}): OptimizerDeclaration {
  checkOptions("step by sgd", options, OPTIONS);
  const { rate = 0.01, momentum = 0, dampening = 0, nesterov = false, decay = 0 } = options;
  checkTogether(momentum, dampening, nesterov);
  return defineOptimizer<"v">({
    name: "sgd",
    doc: `w ← w − ${showRate(rate)} · g${momentum === 0 ? "" : `, momentum ${momentum}`}`,
    state: momentum === 0 ? [] : ["v"],
    update: (given) => {
      const { w, step } = given;
      const g = withDecay(given.g, w, decay);
      const share = named("share_t", select(equal(step, 1), 1, 1 - dampening));
      const taken = dampening === 0 ? g : mul(g, share);
      const v = momentum === 0 ? g : add(mul(given.v, momentum), taken);
      const change = nesterov ? add(g, mul(v, momentum)) : v;
      return { w: sub(w, mul(change, rateAt(rate, step))), v };
    },
  });
}

/** PyTorch refuses the same. */
function checkTogether(momentum: number, dampening: number, nesterov: boolean): void {
  if (momentum === 0 && (nesterov || dampening !== 0)) {
    throw new DeclarationError(
      `Cannot declare a step by sgd: "${
        nesterov ? "nesterov" : "dampening"
      }" acts on a velocity, and momentum is 0; write momentum: 0.9`,
    );
  }
  if (nesterov && dampening !== 0) {
    throw new DeclarationError(
      `Cannot declare a step by sgd: Nesterov's momentum has no dampening, got ${dampening}; leave one of them out`,
    );
  }
}
