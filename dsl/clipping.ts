/** Gradients that are kept from being too large, before an optimizer sees them. @module */
import { DeclarationError, showValue } from "./errors.ts";
import { handle, type Tensor } from "./handle.ts";
import { make } from "./intern.ts";
import type { Node } from "./ops.ts";
import { isOptimizer, type OptimizerDeclaration } from "./optimizer.ts";
import { add, div, maximum, minimum, mul, sqrt } from "./arithmetic.ts";
import { named } from "./hints.ts";
import type { Shape } from "./dim.ts";
import { Site, written } from "./provenance.ts";

type Scalar = Tensor<readonly [], "f32">;
type Real = Tensor<Shape, "f32">;

function check(what: string, optimizer: unknown, most: unknown): void {
  if (!isOptimizer(optimizer)) {
    throw new DeclarationError(
      `Cannot clip the gradients of ${
        showValue(optimizer)
      }: wanted an optimizer; write ${what}(adam(), 1)`,
    );
  }
  if (typeof most === "number" && Number.isFinite(most) && most > 0) return;
  throw new DeclarationError(
    `Cannot clip gradients to ${showValue(most)}: wanted a number above 0`,
  );
}

/** An optimizer that is given other gradients. */
function prepared(
  optimizer: OptimizerDeclaration,
  doc: string,
  change: (gradients: readonly Real[]) => readonly Real[],
): OptimizerDeclaration {
  const site = Site.here();
  return {
    ...optimizer,
    doc: `${optimizer.doc}; ${doc}`,
    prepare: (gradients) => {
      const own = optimizer.prepare?.(gradients) ?? gradients;
      return written(site, () => change(own.map((each) => handle(each)))).map(({ node }) => node);
    },
  };
}

/** Keeps a divisor from 0, as in `torch.nn.utils.clip_grad_norm_`. */
const EPS = 1e-6;

/**
 * An optimizer with gradients whose norm over all parameters together is at most `most`: each g becomes
 * g · min(1, most / (‖g‖ + 1e-6)). (R. Pascanu, T. Mikolov, Y. Bengio: "On the difficulty of training
 * recurrent neural networks", 2013; the formula is that of `torch.nn.utils.clip_grad_norm_`.)
 *
 * ```ts
 * import { adam, clipGlobalNorm } from "./mod.ts";
 * const optimizer = clipGlobalNorm(adam(), 1);
 * if (optimizer.prepare === undefined) throw new Error();
 * ```
 *
 * @throws {DeclarationError} if the norm is not above 0
 */
export function clipGlobalNorm(
  optimizer: OptimizerDeclaration,
  most: number,
): OptimizerDeclaration {
  check("clipGlobalNorm", optimizer, most);
  return prepared(optimizer, `gradients clipped to a norm of ${most}`, (gradients) => {
    const squares = gradients.map((g) => total(mul(g, g)));
    const [first, ...others] = squares;
    if (first === undefined) return gradients;
    const norm = named("norm", sqrt(others.reduce((sum, own) => add(sum, own), first)));
    const factor = named("clip", minimum(div(most, add(norm, EPS)), 1));
    return gradients.map((g) => mul(g, factor));
  });
}

/**
 * An optimizer with gradients whose every element lies between −most and most.
 *
 * ```ts
 * import { clipValue, sgd } from "./mod.ts";
 * if (clipValue(sgd(), 0.5).prepare === undefined) throw new Error();
 * ```
 *
 * @throws {DeclarationError} if the bound is not above 0
 */
export function clipValue(optimizer: OptimizerDeclaration, most: number): OptimizerDeclaration {
  check("clipValue", optimizer, most);
  return prepared(
    optimizer,
    `gradients clipped to ±${most}`,
    (gradients) => gradients.map((g) => minimum(maximum(g, -most), most)),
  );
}

/** The sum over all axes. */
function total({ node }: Real): Scalar {
  const axes = node.shape.map((_, axis) => axis);
  const sum: Node = axes.length === 0 ? node : make("sum", { axes }, [node]);
  return handle(sum);
}
