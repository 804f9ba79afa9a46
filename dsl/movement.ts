/**
 * The same elements under another shape, in another order, or repeated.
 *
 * @module
 */
import { divide, type Extent, product, type Shape, showExtent, showShape } from "./dim.ts";
import { DeclarationError, showValue } from "./errors.ts";
import { handle, nodeOf, type Tensor } from "./handle.ts";
import { make } from "./intern.ts";
import type { ElementType, Node } from "./ops.ts";
import { describe } from "./shape_rules.ts";
import type { Inferred, Permuted, TiledShape, Vector } from "./shape_types.ts";

function checkList(value: unknown, action: string, example: string): void {
  if (!Array.isArray(value)) {
    throw new DeclarationError(
      `Cannot ${action} ${showValue(value)}: wanted a list, one part per axis; write ${example}`,
    );
  }
}

/** Exchanges the two axes of a matrix. */
export function transpose<A extends Extent, B extends Extent, T extends ElementType>(
  x: Tensor<readonly [A, B], T>,
): Tensor<readonly [B, A], T>;
/**
 * Puts axes in another order: axis i of the result is axis `order[i]` of x.
 *
 * ```ts
 * import { dim, input, transpose } from "./mod.ts";
 * const heads = transpose(input("q", [dim("B"), dim("T"), 4, 16]), [0, 2, 1, 3]);
 * if (heads.shape[1] !== 4) throw new Error();
 * ```
 *
 * @throws {DeclarationError} if not every axis occurs once
 */
export function transpose<
  S extends Shape,
  const P extends readonly number[],
  T extends ElementType,
>(
  x: Tensor<S, T>,
  order: P,
): Tensor<Permuted<S, P>, T>;
export function transpose(x: Tensor, order?: readonly number[]): Tensor {
  const node = nodeOf("transpose", x);
  if (order === undefined && node.shape.length !== 2) {
    throw new DeclarationError(
      `Cannot transpose ${
        describe(node)
      }: of ${node.shape.length} axes, the order must be told; write transpose(x, [${
        node.shape.map((_, axis) => axis).toReversed().join(", ")
      }])`,
    );
  }
  if (order !== undefined) {
    checkList(order, `transpose ${describe(node)} by`, "transpose(x, [1, 0])");
  }
  return handle(make("transpose", { permutation: order ?? [1, 0] }, [node]));
}

/**
 * Repeats a whole tensor `repeats[i]` times along axis i: `tile(W, [1, n])` is W beside itself n times.
 *
 * @throws {DeclarationError} if there is not one count for each axis
 */
export function tile<S extends Shape, const R extends Shape, T extends ElementType>(
  x: Tensor<S, T>,
  repeats: R,
): Tensor<TiledShape<S, R>, T> {
  const node = nodeOf("tile", x);
  checkList(repeats, `tile ${describe(node)} by`, "tile(x, [1, n])");
  return handle(make("tile", { repeats }, [node]));
}

/** Stands for the one extent of a shape that follows from the number of elements. */
const INFER = -1;

/**
 * The same elements, in row-major order, under another shape. One extent may be −1: it follows from the
 * others.
 *
 * ```ts
 * import { dim, input, reshape } from "./mod.ts";
 * const flat = reshape(input("x", [dim("B"), 3, 8]), [dim("B"), -1]);
 * if (flat.shape[1] !== 24) throw new Error();
 * ```
 *
 * @throws {DeclarationError} if the number of elements differs, or does not divide by the others
 */
export function reshape<const S extends Shape, T extends ElementType>(
  x: Tensor<Shape, T>,
  shape: S,
): Tensor<Inferred<S>, T> {
  const node = nodeOf("reshape", x);
  checkList(shape, `reshape ${describe(node)} to`, "reshape(x, [n, K])");
  return handle(make("reshape", { shape: inferred(node, shape) }, [node]));
}

function inferred(node: Node, shape: Shape): Shape {
  const at = shape.indexOf(INFER);
  if (at < 0) return shape;
  const all = product(node.shape), others = shape.toSpliced(at, 1);
  const rest = others.includes(INFER) ? undefined : divide(all, product(others));
  if (rest !== undefined) return shape.with(at, rest);
  const shown = showShape(shape);
  throw new DeclarationError(
    `Cannot reshape ${describe(node)} to ${shown}: ${
      others.includes(INFER)
        ? "only one extent can follow from the others"
        : `its ${showExtent(all)} elements do not divide by ${
          showExtent(product(others))
        }; write the extent instead of −1`
    }`,
  );
}

/** Adds an axis of extent 1 at the end, so that a value per row can stand beside the row. */
export function column<S extends Vector, T extends ElementType>(
  x: Tensor<S, T>,
): Tensor<readonly [S[0], 1], T>;
/** The same for a tensor of any rank. */
export function column<S extends Shape, T extends ElementType>(
  x: Tensor<S, T>,
): Tensor<readonly [...S, 1], T>;
export function column(x: Tensor): Tensor {
  const node = nodeOf("make a column of", x);
  return handle(make("reshape", { shape: [...node.shape, 1] }, [node]));
}
