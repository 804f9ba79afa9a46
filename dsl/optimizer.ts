/** Optimizers: how a parameter changes, declared in the language like everything else. @module */
import { sameShape, type Shape } from "./dim.ts";
import { DeclarationError, showValue, within } from "./errors.ts";
import { handle, isTensor, type Tensor } from "./handle.ts";
import type { Initial } from "./initial.ts";
import { make } from "./intern.ts";
import { withoutOthers } from "./leaves.ts";
import { checkDistinct, checkName } from "./names.ts";
import type { Node } from "./ops.ts";
import { checkOptions, DOC, functionLike, isText, NAME } from "./options.ts";
import { Site, written } from "./provenance.ts";
import { describe } from "./shape_rules.ts";

/** A tensor of the parameter's own shape, whatever that is. */
export type Like = Tensor<Shape, "f32">;

/** What {@linkcode defineOptimizer} takes; `S` names the state that each parameter keeps. */
export interface OptimizerOptions<S extends string> {
  /** Its name, for messages and generated documents. */
  readonly name: string;
  /** Its rule and settings, for the generated documents. */
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
  /** The leaf that is overwritten. */
  readonly target: Node;
  /** Its new value. */
  readonly value: Node;
}

/** A declared optimizer. */
export interface OptimizerDeclaration {
  /** Tells optimizers from other declarations. */
  readonly kind: "optimizer";
  /** Its name, for messages and generated documents. */
  readonly name: string;
  /** Its rule and settings, for the generated documents. */
  readonly doc: string;
  /** What becomes of the gradients of all parameters before the updates; nothing where absent. */
  readonly prepare?: (gradients: readonly Node[]) => readonly Node[];
  /** The updates of one parameter: itself first, then its state. */
  updates(parameter: Node, gradient: Node): readonly Update[];
}

const ZERO: Initial = { kind: "constant", value: 0 };

/** The name of the step number, a scalar that is given with each run. */
export const STEP = "step";

/** True for declared optimizers, not for functions that make them. */
export function isOptimizer(value: unknown): value is OptimizerDeclaration {
  return typeof value === "object" && value !== null && "kind" in value &&
    value.kind === "optimizer";
}

const OPTIONS = {
  name: NAME,
  doc: DOC,
  state: {
    required: true,
    wanted: 'a list of names, such as ["m", "v"]',
    fits: (value: unknown) => Array.isArray(value) && value.every(isText),
  },
  update: functionLike("({ w, g }) => ({ w: sub(w, mul(g, 0.1)) })"),
};

/** The step number of an optimizer's bias correction: given with each run, 1 at the first. */
export function stepNumber(): Node {
  return make("input", { name: STEP, role: "scalar", shape: [], dtype: "f32" });
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
  checkOptions("optimizer", options, OPTIONS);
  checkName(options.name, "an optimizer");
  for (const each of options.state) checkName(each, "the state");
  checkDistinct(
    `optimizer "${options.name}"`,
    options.state.map((each) => [each, "a state"] as const),
    new Map([["w", "the parameter"], ["g", "the gradient"], [STEP, "the step number"]]),
  );
  const site = Site.here();
  return {
    kind: "optimizer",
    name: options.name,
    doc: options.doc ?? "",
    updates: (parameter, gradient) => written(site, () => updatesBy(options, parameter, gradient)),
  };
}

function updatesBy<S extends string>(
  { name, state: names, update }: OptimizerOptions<S>,
  parameter: Node,
  gradient: Node,
): readonly Update[] {
  if (parameter.op !== "input") throw new DeclarationError("An optimizer updates leaves only");
  const { name: path, shape } = parameter.attrs;
  const state = names.map((each): readonly [string, Node] => [
    each,
    make("input", { name: `${path}.${each}`, role: "state", shape, dtype: "f32", initial: ZERO }),
  ]);
  const like = (node: Node): Like => handle(node);
  const tensors = withoutOthers({
    w: like(parameter),
    g: like(gradient),
    step: handle<readonly [], "f32">(stepNumber()),
    ...Object.fromEntries(state.map(([each, node]) => [each, like(node)])),
  });
  const place = `optimizer ${name}`;
  // Every name in S was just given a tensor.
  const result = within(place, () => update(tensors as Parameters<typeof update>[0]));
  const values = newValues(name, result);
  return [["w", parameter] as const, ...state].map(([key, target]) => {
    const value = values.get(key);
    if (value === undefined || !sameShape(value.shape, shape)) {
      throw new DeclarationError(
        `In ${place}: "${key}" must keep the parameter's shape, got ${
          value === undefined ? "nothing" : describe(value)
        } for ${describe(parameter)}`,
      );
    }
    return { target, value };
  });
}

/** The nodes that `update` returned, by name; a user's function may return anything. */
function newValues(optimizer: string, result: unknown): ReadonlyMap<string, Node> {
  if (typeof result !== "object" || result === null) {
    throw new DeclarationError(
      `In optimizer ${optimizer}: update returns ${
        showValue(result)
      }; it must return tensors by name, such as { w: sub(w, g) }`,
    );
  }
  const named = Object.entries(result);
  return new Map(named.flatMap(([name, each]) => isTensor(each) ? [[name, each.node]] : []));
}
