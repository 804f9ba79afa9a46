/** What users' functions of a layer returned, checked: specs run unchecked, so it may be anything. @module */
import { sameShape, showShape } from "./dim.ts";
import { DeclarationError, showValue } from "./errors.ts";
import { isTensor, returnedNode, type Tensor } from "./handle.ts";
import type { Node } from "./ops.ts";
import { isRecordOf } from "./options.ts";
import { describe } from "./shape_rules.ts";

/** Gradients by the names of their tensors. */
export function returnedGradients(
  layer: string,
  leaves: readonly Node[],
  given: Readonly<Record<string, Tensor | undefined>>,
): ReadonlyMap<string, Node> {
  if (!isRecordOf(given, (each) => each === undefined || isTensor(each))) {
    throw new DeclarationError(
      `In ${layer}: backward returns ${
        showValue(given)
      }; it must return tensors by name, such as { gx: mul(gy, x) }`,
    );
  }
  const byName = new Map(leaves.map((each) => [each.op === "input" ? each.attrs.name : "", each]));
  return new Map(
    Object.entries(given).flatMap(([key, value]): readonly [string, Node][] => {
      if (value === undefined) return [];
      const { node } = value;
      const name = key.slice(1);
      const own = byName.get(name);
      if (!key.startsWith("g") || own === undefined) {
        throw new DeclarationError(
          `In ${layer}: backward returns "${key}"; expected one of ${
            [...byName.keys()].map((each) => `g${each}`).join(", ")
          }`,
        );
      }
      if (!sameShape(node.shape, own.shape) || node.dtype !== "f32") {
        throw new DeclarationError(
          `In ${layer}: backward returns ${key}${
            showShape(node.shape)
          } of ${node.dtype}; a gradient has the shape of its tensor ${describe(own)}, and is f32`,
        );
      }
      return [[name, node]];
    }),
  );
}

/** New values of states by name. */
export function returnedStates(
  layer: string,
  states: readonly Node[],
  given: unknown,
): ReadonlyMap<string, Node> {
  if (!isRecordOf(given, (each) => each === undefined || isTensor(each))) {
    throw new DeclarationError(
      `In ${layer}: update returns ${
        showValue(given)
      }; it must return tensors by the names of states, such as { mean: add(mean, 1) }`,
    );
  }
  const byName = new Map(states.map((each) => [each.op === "input" ? each.attrs.name : "", each]));
  // isRecordOf has just found that the parts are tensors.
  const entries = Object.entries(given as Readonly<Record<string, Tensor | undefined>>);
  return new Map(
    entries.flatMap(([name, value]): readonly [string, Node][] => {
      if (value === undefined) return [];
      const own = byName.get(name);
      if (own === undefined) {
        throw new DeclarationError(
          `In ${layer}: update returns "${name}", which is no state; expected one of ${
            [...byName.keys()].join(", ")
          }`,
        );
      }
      if (!sameShape(value.node.shape, own.shape) || value.node.dtype !== own.dtype) {
        throw new DeclarationError(
          `In ${layer}: update returns ${name} as ${
            describe(value.node)
          } of ${value.node.dtype}; a state keeps its shape and element type, ${
            describe(own)
          } of ${own.dtype}`,
        );
      }
      return [[name, value.node]];
    }),
  );
}

/** The result of `forward`. */
export function returnedResult(returned: unknown): Node {
  const node = returnedNode("forward", returned);
  if (node.dtype !== "f32") {
    throw new DeclarationError(
      `Cannot use the result of forward: ${
        describe(node)
      } is of ${node.dtype}, a layer gives f32; use cast`,
    );
  }
  return node;
}
