/** How far into a tensor an access can reach, as C that is computed when a module is loaded. @module */
import { type Extent, factors } from "../../../dsl/dim.ts";
import { flatten, type IndexExpr, upperBound } from "../../kernel/index_expr.ts";
import type { ExpressionWriter } from "./expression.ts";

/** A number, or C for one. */
type Size = number | string;

const plus = (a: Size, b: Size): Size => {
  if (typeof a === "number" && typeof b === "number") return a + b;
  if (a === 0) return b;
  return b === 0 ? a : `${a} + ${b}`;
};

const atom = (a: Size): Size => typeof a === "string" && /[ ]/.test(a) ? `(${a})` : a;

const times = (a: Size, b: Size): Size => {
  if (typeof a === "number" && typeof b === "number") return a * b;
  if (a === 1) return b;
  return b === 1 ? a : `${atom(a)} * ${atom(b)}`;
};

const over = (a: Size, b: Size): Size =>
  typeof a === "number" && typeof b === "number" ? Math.floor(a / b) : `${atom(a)} / ${atom(b)}`;

const least = (a: Size, b: Size): Size =>
  typeof a === "number" && typeof b === "number" ? Math.min(a, b) : `tw_least(${a}, ${b})`;

const before = (a: Size): Size => typeof a === "number" ? a - 1 : `${a} - 1`;

function sizeOf(extent: Extent, writer: ExpressionWriter): Size {
  const { coefficient, symbols } = factors(extent);
  return symbols.map((symbol): Size => writer.dim(symbol)).reduce(times, coefficient);
}

/** The largest value of an index. */
function largest(index: IndexExpr, writer: ExpressionWriter): Size {
  const size = (extent: Extent): Size => sizeOf(extent, writer);
  switch (index.kind) {
    case "extent":
      return size(index.extent);
    case "axis":
      return before(size(index.axis.extent));
    case "value": {
      const bound = upperBound(index);
      if (bound === undefined) {
        throw new Error("Cannot write: nothing bounds an index that data decide: ");
      }
      return before(size(bound));
    }
    case "add":
      return plus(largest(index.left, writer), largest(index.right, writer));
    case "mul":
      return times(largest(index.left, writer), size(index.by));
    case "div":
      return over(largest(index.left, writer), size(index.by));
    case "mod":
      return least(largest(index.left, writer), before(size(index.by)));
  }
}

/** The number of elements that an access needs at the beginning of a tensor's memory. */
export function reachOf(
  tensor: string,
  index: readonly IndexExpr[],
  writer: ExpressionWriter,
): string {
  const { shape } = writer.tensorOf(tensor);
  if (!writer.isInPanels(tensor)) {
    return String(plus(largest(flatten(index, shape), writer), 1));
  }
  const [row, column] = index;
  if (row === undefined || column === undefined) throw new Error(`${tensor} is no matrix`);
  const panel = times(over(largest(row, writer), "TW_PANEL"), sizeOf(shape[1] ?? 1, writer));
  return String(times(plus(plus(panel, largest(column, writer)), 1), "TW_PANEL"));
}
