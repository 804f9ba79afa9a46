/** Programs that train, and programs that use what was trained. @module */
import { TRAINING } from "../../dsl/mode.ts";
import type { Node } from "../../dsl/ops.ts";
import { streamKey } from "../../dsl/random.ts";
import { number } from "../graph/build.ts";
import { topologicalOrder } from "../graph/graph.ts";
import { replacer } from "../graph/replace.ts";

/** What a program is for. */
export type Mode = "training" | "inference";

/**
 * A function that decides every `whenTraining` that a value is computed from, and makes streams of random
 * numbers the keys of their names.
 */
export function decideMode(mode: Mode): (node: Node) => Node {
  const training = number(mode === "training" ? 1 : 0, "bool");
  return replacer((node, rebuilt) => {
    if (node === TRAINING) return training;
    if (node.op === "input" && node.attrs.role === "stream") return streamKey(node.attrs.name);
    const [condition, inTraining, otherwise] = node.inputs;
    if (node.op !== "select" || condition === undefined || !isMode(condition)) return undefined;
    const chosen = mode === "training" ? inTraining : otherwise;
    return chosen === undefined ? undefined : rebuilt(chosen);
  });
}

const isMode = (condition: Node): boolean =>
  condition === TRAINING || (condition.op === "broadcast" && condition.inputs[0] === TRAINING);

/** True for values that differ between training and use. */
export function dependsOnMode(roots: readonly Node[]): boolean {
  return topologicalOrder(roots).includes(TRAINING);
}
