/**
 * Prints a WebAssembly text tree: a form on one line where it fits, else one item a line.
 *
 * @module
 */
import type { Wat } from "./wat.ts";

const WIDTH = 100;
const INDENT = "  ";

/** The tree on one line, or `undefined` if it has to be broken. */
function flat(node: Wat): string | undefined {
  if (node.kind !== "form" || (node.layout === "lines" && node.items.length > 0)) return undefined;
  const items: string[] = [node.head];
  for (const item of node.items) {
    const text = flat(item);
    if (text === undefined) return undefined;
    items.push(text);
  }
  return `(${items.join(" ")})`;
}

function printLines(node: Wat, depth: number, lines: string[]): void {
  const indent = INDENT.repeat(depth);
  if (node.kind === "blank") {
    lines.push("");
    return;
  }
  if (node.kind === "comment") {
    lines.push(`${indent};; ${node.text}`);
    return;
  }
  const line = flat(node);
  if (line !== undefined && indent.length + line.length <= WIDTH) {
    lines.push(indent + line);
    return;
  }
  lines.push(`${indent}(${node.head}`);
  for (const item of node.items) printLines(item, depth + 1, lines);
  lines[lines.length - 1] += ")";
}

/** Prints a list of forms, one after the other. */
export function printWat(nodes: readonly Wat[]): string {
  const lines: string[] = [];
  for (const node of nodes) printLines(node, 0, lines);
  return lines.join("\n") + "\n";
}
