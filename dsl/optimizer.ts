/** Optimizers: how a parameter changes, declared in the language like everything else. @module */
import { within } from "./declare.ts";
import { DeclarationError } from "./errors.ts";
import type { Initial } from "./initial.ts";
import { make } from "./intern.ts";
import { checkName } from "./names.ts";
import { sameShape, type Shape } from "./dim.ts";
import type { Node } from "./ops.ts";
import { describe } from "./shape_rules.ts";
import { handle, type Tensor } from "./tensor.ts";

/** A tensor of the parameter's own shape, whatever that is. */
export type Like = Tensor<Shape, "f32">;

/** What {@linkcode defineOptimizer} takes; `S` names the state that each parameter keeps. */
export interface OptimizerOptions<S extends string> {
  readonly name: string;
  readonly doc?: string;
  /** State tensors of the parameter's shape, zero at first. */
  readonly state: readonly S[];
  /**
   * The new parameter and the new state, from the old ones, the gradient `g` and the step number
   * `step` (1 at the first step; shape []).
   */
  readonly update: (
    tensors:
      & { readonly w: Like; readonly g: Like; readonly step: Tensor<readonly [], "f32"> }
      & {
        readonly [N in S]: Like;
      },
  ) => { readonly w: Like } & { readonly [N in S]: Like };
}

/** New values of one parameter and its state. */
export interface Update {
  /** The leaf that is overwritten, and its new value. */
  readonly target: Node;
  readonly value: Node;
}

/** A declared optimizer. */
export interface OptimizerDeclaration {
  readonly kind: "optimizer";
  readonly name: string;
  readonly doc: string;
  /** The updates of one parameter: itself first, then its state. */
  updates(parameter: Node, gradient: Node): readonly Update[];
}

const ZERO: Initial = { kind: "constant", value: 0 };

/** The step number of an optimizer's bias correction: given with each run, 1 at the first. */
export function stepNumber(): Node {
  return make("input", { name: "step", role: "scalar", shape: [], dtype: "f32" });
}

/**
 * Declares an optimizer.
 *
 * ```ts
 * import { defineOptimizer, mul, sub } from "./mod.ts";
 * const descent = defineOptimizer({
 *   name: "descent",
 *   state: [],
 *   update: ({ w, g }) => ({ w: sub(w, mul(g, 0.1)) }),
 * });
 * if (descent.kind !== "optimizer") throw new Error();
 * ```
 */
export function defineOptimizer<const S extends string = never>(
  options: OptimizerOptions<S>,
): OptimizerDeclaration {
  checkName(options.name, "an optimizer");
  return {
    kind: "optimizer",
    name: options.name,
    doc: options.doc ?? "",
    updates(parameter, gradient) {
      if (parameter.op !== "input") throw new DeclarationError("An optimizer updates leaves only");
      const { name: path, shape } = parameter.attrs;
      const state = options.state.map((each) =>
        make("input", {
          name: `${path}.${each}`,
          role: "state",
          shape,
          dtype: "f32",
          initial: ZERO,
        })
      );
      const like = (node: Node): Like => handle(node);
      const tensors = {
        w: like(parameter),
        g: like(gradient),
        step: handle<readonly [], "f32">(stepNumber()),
        ...Object.fromEntries(options.state.map((each, i) => [each, like(state[i] ?? parameter)])),
      };
      // Every name in S was just given a tensor.
      const result = within(
        `optimizer ${options.name}`,
        () => options.update(tensors as Parameters<typeof options.update>[0]),
      );
      return [["w", parameter] as const, ...options.state.map((s, i) => [s, state[i]] as const)]
        .map(([key, target]) => {
          const value = result[key as keyof typeof result]?.node;
          if (target === undefined || value === undefined || !sameShape(value.shape, shape)) {
            throw new DeclarationError(
              `In optimizer ${options.name}: "${key}" must keep the parameter's shape, got ${
                value === undefined ? "nothing" : describe(value)
              } for ${describe(parameter)}`,
            );
          }
          return { target, value };
        });
    },
  };
}
