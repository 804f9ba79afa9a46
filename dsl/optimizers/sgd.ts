/** Stochastic gradient descent. @module */
import { defineOptimizer, type OptimizerDeclaration } from "../optimizer.ts";
import { mul, sub } from "../tensor.ts";

/** w ← w − rate · g */
export function sgd({ rate = 0.01 }: { readonly rate?: number } = {}): OptimizerDeclaration {
  return defineOptimizer({
    name: "sgd",
    doc: `w ← w − ${rate} · g`,
    state: [],
    update: ({ w, g }) => ({ w: sub(w, mul(g, rate)) }),
  });
}
