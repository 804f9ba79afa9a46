/** The functions of operators that are defined by others. @module */
import { type DefinedOp, DEFINITIONS, isDefined } from "../../kernel/defined_ops.ts";
import { atom, type ExpressionText } from "../../kernel/expression_text.ts";
import type { Scalar } from "../../kernel/kernel.ts";
import { definedName } from "./expression.ts";
import { literal, OPERATORS, SCALAR_TYPE } from "./language.ts";
import { block, comment } from "./lines.ts";

/** The function of an operator. */
export function definedFunction(op: DefinedOp): readonly string[] {
  const { about, type, arguments: given, steps, value } = DEFINITIONS[op];
  const c = SCALAR_TYPE[type];
  const parameters = given.map((name) => `${c} ${name}`).join(", ");
  return [
    ...comment([about]),
    ...block(`TW_ALWAYS ${c} ${definedName(op)}(${parameters})`, [
      ...steps.map((step) => `const ${c} ${step.name} = ${valueText(step.value).text};`),
      `return ${valueText(value).text};`,
    ]),
  ];
}

/** A definition consists of numbers, locals and operators. */
function valueText(scalar: Scalar): ExpressionText {
  if (scalar.kind === "constant") return literal(scalar.value, scalar.type);
  if (scalar.kind === "local") return atom(scalar.name);
  if (scalar.kind !== "apply" || isDefined(scalar.op) || scalar.op === "cast") {
    throw new Error(`Cannot print a ${scalar.kind} in a definition`);
  }
  const operand = scalar.args.at(-1)?.type ?? scalar.type;
  return OPERATORS[scalar.op](operand)(scalar.args.map(valueText));
}
