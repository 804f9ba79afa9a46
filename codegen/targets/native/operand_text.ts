/** Where the operands of a contraction lie, at a step of its sum. @module */
import { product } from "../../../dsl/dim.ts";
import type { Tensors } from "../../kernel/access.ts";
import { BINDING, within } from "../../kernel/expression_text.ts";
import type { Load } from "../../kernel/fours.ts";
import {
  type Axis,
  dependsOnAxis,
  type IndexExpr,
  replaceAxes,
  terms,
  ZERO,
} from "../../kernel/index_expr.ts";
import type { ExpressionWriter } from "./expression.ts";
import type { Product } from "./product.ts";
import { positionOf } from "./tile_access.ts";

/** The values of the axes of a sum at a step: the last axis moves fastest. */
export function axesAt(
  { sum }: Product,
  step: string,
  writer: ExpressionWriter,
): readonly string[] {
  const [only, ...more] = sum;
  if (only !== undefined && more.length === 0) {
    return [`const tw_size ${writer.axis(only)} = ${step};`];
  }
  let inner: readonly Axis[] = [];
  const lines = sum.toReversed().map((axis, at) => {
    const by = writer.extent(product(inner.map(({ extent }) => extent)));
    const part = inner.length === 0 ? `(${step})` : `(${step}) / ${within(by, BINDING.prefix)}`;
    inner = [...inner, axis];
    const own = within(writer.extent(axis.extent), BINDING.prefix);
    const value = at === sum.length - 1 ? part : `${part} % ${own}`;
    return `const tw_size ${writer.axis(axis)} = ${value};`;
  });
  return lines.toReversed();
}

/** An operand's position, in the terms that a sum moves and in the others. */
export function termsOf(load: Load, { sum }: Product, tensors: Tensors): {
  readonly moved: readonly IndexExpr[];
  readonly fixed: readonly IndexExpr[];
} {
  const names = new Set(sum.map(({ name }) => name));
  const all = terms(positionOf(load, tensors));
  return {
    moved: all.filter((term) => dependsOnAxis(term, names)),
    fixed: all.filter((term) => !dependsOnAxis(term, names)),
  };
}

/** The sum of some terms. */
export const sumOf = (parts: readonly IndexExpr[]): IndexExpr =>
  parts.reduce(
    (left, right): IndexExpr => left === ZERO ? right : { kind: "add", left, right },
    ZERO,
  );

/** The address of an operand where a sum begins, for the beginning of a tile's rows or columns. */
export function addressOf(
  load: Load,
  axis: Axis,
  from: string,
  way: Product,
  tensors: Tensors,
  writer: ExpressionWriter,
): string {
  const begin: Axis = { name: `${axis.name} tile`, extent: axis.extent };
  // The same identifier as that of the local that holds where the tile begins.
  writer.rename(begin, from);
  const base = replaceAxes(
    sumOf(termsOf(load, way, tensors).fixed),
    ({ name }) => name === axis.name ? { kind: "axis", axis: begin } : undefined,
  );
  const position = writer.index(base).text;
  const tensor = writer.tensor(load.tensor);
  return position === "0" ? tensor : `${tensor} + ${position}`;
}
