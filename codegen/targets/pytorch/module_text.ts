/** A file of Python: what it imports, helpers, functions and classes. @module */
import type { Needs } from "./body.ts";
import type { FunctionText } from "./signature.ts";
import { type HelperName, HELPERS } from "./helpers.ts";
import { docstring } from "./language.ts";

/** What a file holds. */
export interface ModuleParts {
  readonly name: string;
  readonly doc: string;
  readonly functions: readonly FunctionText[];
  readonly classes: readonly FunctionText[];
}

/** The text of a file. */
export function moduleText({ name, doc, functions, classes }: ModuleParts): string {
  const all = [...functions, ...classes];
  const needs = new Set(all.flatMap(({ others }) => [...others]));
  const body = all.map(({ lines }) => lines.join("\n"));
  const text = body.join("\n\n\n");
  const helpers = helpersIn(needs);
  const imports = [
    ...(text.includes("math.") ? ["import math", ""] : []),
    "import torch",
    `from torch import ${["Tensor", ...(text.includes("nn.") ? ["nn"] : [])].join(", ")}`,
    ...(text.includes("@once_differentiable")
      ? ["from torch.autograd.function import once_differentiable"]
      : []),
  ];
  const origin = `Written by \`deno task gen\` from ${name}; do not edit.`;
  return [
    `${docstring(`${doc === "" ? name : doc}\n\n${origin}\n`)}\n\n${imports.join("\n")}`,
    ...helpers.map((helper) => HELPERS[helper].join("\n")),
    ...body,
  ].join("\n\n\n") + "\n";
}

function helpersIn(needs: ReadonlySet<string>): readonly HelperName[] {
  const isHelper = (name: string): name is HelperName => name in HELPERS;
  return [...needs].filter(isHelper).sort();
}

/** What functions need together. */
export type Others = Needs["others"];
