/** How functions of Python end. @module */
import type { Node } from "../../../dsl/ops.ts";
import { type Body, isCopy, LINE } from "./body.ts";
import { indent } from "./language.ts";
import { expanded } from "./value.ts";

/** What is returned: of a leaf, or of another result, a copy. */
export function returned(body: Body, node: Node): string {
  const value = expanded(node, body.surroundings);
  const [source] = node.inputs;
  const isShared = source !== undefined && isCopy(node) && body.valueOf(source).text === value.text;
  return node.op === "input" || isShared ? `${value.text}.clone()` : value.text;
}

/** What is returned, in one line or each on its own. */
export function returnLines(values: readonly string[]): readonly string[] {
  const line = `return ${values.join(", ")}`;
  if (line.length + 8 <= LINE) return [line];
  return ["return (", ...indent(values.map((each) => `${each},`)), ")"];
}
