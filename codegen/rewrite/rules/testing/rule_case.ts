/** What a rule does, by example. @module */
import { dim } from "../../../../dsl/dim.ts";
import { input, type Tensor } from "../../../../dsl/tensor.ts";
import type { Node } from "../../../../dsl/ops.ts";

/** An example of a rule. */
export interface RuleCase {
  /** A value that the rule changes. */
  readonly value: Node;
  /** The value as text. */
  readonly before: string;
  /** What the rule makes of it. */
  readonly after: string;
  /** Values that look alike, and that the rule must leave as they are. */
  readonly unchanged?: readonly Node[];
}

/** Examples by the name of their rule. */
export type RuleCases = Readonly<Record<string, RuleCase | readonly RuleCase[]>>;

/** An example written as expressions of the language. */
export function ruleCase(
  value: Tensor | Node,
  before: string,
  after: string,
  ...unchanged: readonly (Tensor | Node)[]
): RuleCase {
  const node = (each: Tensor | Node): Node => "node" in each ? each.node : each;
  return { value: node(value), before, after, unchanged: unchanged.map(node) };
}

/** Dims of the examples: batch, outputs, inputs, copies. */
export const B = dim("B"), O = dim("O"), K = dim("K"), n = dim("n");

/** Leaves of the examples. */
export const x = input("x", [B, K]),
  W = input("W", [O, K]),
  b = input("b", [K]),
  gy = input("gy", [B, O]);
