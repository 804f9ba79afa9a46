/** Adam, in its two spellings. @module */
import { defineOptimizer, type OptimizerDeclaration } from "../optimizer.ts";
import { named } from "../hints.ts";
import { add, div, mul, pow, sqrt, sub } from "../tensor.ts";

/** Settings of {@linkcode adam}; the defaults are Chainer's. */
export interface AdamOptions {
  /** The step size. */
  readonly alpha?: number;
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
}

/**
 * Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015). With step t from 1:
 *
 *     m ← β₁·m + (1 − β₁)·g
 *     v ← β₂·v + (1 − β₂)·g²
 *     chainer: w ← w − α·√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε)
 *     pytorch: w ← w − α/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)
 *
 * The factors that depend on t alone are computed once per step, in float64, on the host.
 */
export function adam(options: AdamOptions = {}): OptimizerDeclaration {
  const { alpha = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, rule = "chainer" } = options;
  return defineOptimizer({
    name: "adam",
    doc: `Adam, ${rule}'s rule, α = ${alpha}, β₁ = ${beta1}, β₂ = ${beta2}, ε = ${eps}`,
    state: ["m", "v"],
    update: ({ w, g, m, v, step }) => {
      const mNext = named("m_next", add(mul(m, beta1), mul(g, 1 - beta1)));
      const vNext = named("v_next", add(mul(v, beta2), mul(mul(g, g), 1 - beta2)));
      const root = named("root_t", sqrt(sub(1, pow(beta2, step))));
      const rate = named("rate_t", div(alpha, sub(1, pow(beta1, step))));
      const change = rule === "chainer"
        ? div(mul(named("alpha_t", mul(rate, root)), mNext), add(sqrt(vNext), eps))
        : div(mul(rate, mNext), add(div(sqrt(vNext), root), eps));
      return { w: sub(w, change), m: mNext, v: vNext };
    },
  });
}
