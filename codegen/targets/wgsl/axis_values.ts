/** How the place of an invocation is taken apart into values of axes. @module */
import { factors, product } from "../../../dsl/dim.ts";
import { BINDING, within } from "../../kernel/expression_text.ts";
import type { Axis } from "../../kernel/index_expr.ts";
import type { ExpressionWriter } from "./expression.ts";

/** A name and what it stands for. */
export interface Named {
  readonly name: string;
  readonly value: string;
}

/** The axes of a row-major position that are needed, innermost last. */
export function axisValues(
  axes: readonly Axis[],
  position: string,
  writer: ExpressionWriter,
  needed: (axis: Axis) => boolean = () => true,
): readonly Named[] {
  return axes.flatMap((axis, i) => {
    if (!needed(axis)) return [];
    const inner = product(axes.slice(i + 1).map((each) => each.extent));
    const outer = inner === 1
      ? position
      : `${position} / ${within(writer.divisor(inner), BINDING.prefix)}`;
    const value = i === 0
      ? outer
      : `${outer} % ${within(writer.divisor(axis.extent), BINDING.prefix)}`;
    return [{ name: writer.ids.of("axis", axis.name), value }];
  });
}

/** The first of the last `count` indices of an axis; of one that is empty, which nothing is loaded of, 0. */
export function lastOf(axis: Axis, count: number, writer: ExpressionWriter): string {
  const { coefficient, symbols } = factors(axis.extent);
  return coefficient === 0 || symbols.length === 0
    ? `${Math.max(coefficient - count, 0)}u`
    : `${writer.extent(axis.extent).text} - ${count}u`;
}

/** How many pieces of `size` cover an axis, at least 1: it is divided by. */
export function countOf(axis: Axis, size: number, writer: ExpressionWriter): string {
  const { coefficient, symbols } = factors(axis.extent);
  if (coefficient === 0 || symbols.length === 0) {
    return `${Math.max(Math.ceil(coefficient / size), 1)}u`;
  }
  const { text } = writer.extent(axis.extent);
  return size === 1 ? text : `(${text} + ${size - 1}u) / ${size}u`;
}

/** A product or quotient, times a number. */
export function scaled(text: string, by: number): string {
  return by === 1 ? text : `${text} * ${by}u`;
}
