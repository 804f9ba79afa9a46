/**
 * Sums of products.
 *
 * @module
 */
import { type Extent, type Shape, showExtent } from "./dim.ts";
import { checkNoDiagonal, extentsOfOperands, formatEinsum } from "./einsum.ts";
import { type ProductTree, productTree } from "./einsum_order.ts";
import type { EinsumFits, EinsumShape } from "./einsum_types.ts";
import { DeclarationError, showValue } from "./errors.ts";
import { handle, nodeOf, type Tensor } from "./handle.ts";
import { make } from "./intern.ts";
import type { Node } from "./ops.ts";
import { describe } from "./shape_checks.ts";

/**
 * The product of two matrices, `y[m,n] = Σ_k a[m,k] · b[k,n]`.
 *
 * ```ts
 * import { dim } from "./dim.ts";
 * import { input, matmul } from "./tensor.ts";
 * const x = input("x", [dim("B"), dim("K")]);
 * const W = input("W", [dim("K"), dim("O")]);
 * if (matmul(x, W).shape.map((d) => d.name).join() !== "B,O") throw new Error();
 * ```
 *
 * @throws {DeclarationError} if the inner dims differ.
 */
export function matmul<M extends Extent, K extends Extent, N extends Extent>(
  a: Tensor<readonly [M, K], "f32">,
  b: Tensor<readonly [NoInfer<K>, N], "f32">,
): Tensor<readonly [M, N], "f32"> {
  return handle(make("einsum", { spec: formatEinsum({ lhs: "mk", rhs: "kn", out: "mn" }) }, [
    nodeOf("multiply", a),
    nodeOf("multiply by", b),
  ]));
}

/** More operands have more orders than there is time to compare. */
const MOST_OPERANDS = 10;

/**
 * A sum of products in Einstein's notation: letters name the axes of each operand and of the result, and
 * what the result does not name is summed over. `einsum("bti,oi->bto", x, W)` is
 * `y[b,t,o] = Σ_i x[b,t,i] · W[o,i]`.
 *
 * Of one operand it sums and reorders axes. More than two are multiplied two at a time, in the order with
 * the fewest multiplications; where extents are dims, more dims count as more.
 *
 * A convolution is a product of windows with weights; no copy of the windows is made:
 *
 * ```ts
 * import { dim } from "./dim.ts";
 * import { einsum, input, window } from "./tensor.ts";
 * const signal = input("signal", [dim("B"), 100, dim("C")]);
 * const weights = input("weights", [dim("O"), 5, dim("C")]);
 * const y = einsum("btck,okc->bto", window(signal, { axis: 1, size: 5 }), weights);
 * if (y.shape[1] !== 96 || y.shape[2].name !== "O") throw new Error();
 * ```
 *
 * @throws {DeclarationError} if labels and axes do not fit
 */
export function einsum<const Spec extends string, const S extends readonly Shape[]>(
  spec: Spec & EinsumFits<Spec, S>,
  ...tensors: { readonly [I in keyof S]: Tensor<S[I], "f32"> }
): Tensor<EinsumShape<Spec, S>, "f32"> {
  const nodes = tensors.map((each) => nodeOf("multiply", each));
  const { operands, out } = parse(spec, nodes);
  const extents = extentsOf(spec, operands, out, nodes);
  const parts = nodes.map((node, i) => withoutLonely(node, i, operands, out));
  const labels = parts.map((part) => part.labels);
  const tree = productTree(labels, out, extents);
  return handle(multiplied(tree, parts.map(({ node }) => node), out));
}

interface Labels {
  readonly operands: readonly string[];
  readonly out: string;
}

function parse(spec: unknown, nodes: readonly Node[]): Labels {
  const match = typeof spec === "string" ? /^([a-z]*(?:,[a-z]*)*)->([a-z]*)$/.exec(spec) : null;
  if (match === null) {
    throw new DeclarationError(
      `Cannot read the product ${
        showValue(spec)
      }: write the labels of each operand and of the result, e.g. einsum("ab,cb->ac", x, W)`,
    );
  }
  const [, left = "", out = ""] = match;
  const operands = left.split(",");
  if (operands.length !== nodes.length || nodes.length > MOST_OPERANDS) {
    throw new DeclarationError(
      `Cannot multiply ${nodes.length} tensors as "${spec}": it names ${operands.length} operands${
        nodes.length > MOST_OPERANDS ? `; multiply at most ${MOST_OPERANDS} at once` : ""
      }`,
    );
  }
  return { operands, out };
}

/** The extent of each label, after checking that operands and result agree. */
function extentsOf(
  spec: string,
  operands: readonly string[],
  out: string,
  nodes: readonly Node[],
): ReadonlyMap<string, Extent> {
  const action = `Cannot multiply ${nodes.map(describe).join(" by ")}`;
  const extents = extentsOfOperands(
    action,
    spec,
    operands.map((labels, i) => ({ labels, shape: nodes[i]?.shape ?? [] })),
    (label, known, other) =>
      `label "${label}" of "${spec}" is both ${showExtent(known)} and ${showExtent(other)}`,
  );
  const unknown = [...out].find((label) => !extents.has(label));
  if (unknown !== undefined) {
    throw new DeclarationError(
      `${action}: label "${unknown}" of the result of "${spec}" is in no operand; broadcast it`,
    );
  }
  checkNoDiagonal(action, spec, out);
  return extents;
}

/** An operand, summed over what neither another operand nor the result has. */
function withoutLonely(
  node: Node,
  position: number,
  operands: readonly string[],
  out: string,
): { readonly node: Node; readonly labels: string } {
  const own = operands[position] ?? "";
  const others = operands.filter((_, i) => i !== position).join("") + out;
  const axes = [...own].flatMap((label, axis) => others.includes(label) ? [] : [axis]);
  return {
    node: axes.length === 0 ? node : make("sum", { axes }, [node]),
    labels: [...own].filter((label) => others.includes(label)).join(""),
  };
}

function multiplied(tree: ProductTree, nodes: readonly Node[], out: string): Node {
  if ("operand" in tree) return reordered(tree, nodes, out);
  const of = (part: ProductTree): Node => multiplied(part, nodes, part.labels);
  const spec = formatEinsum({ lhs: tree.left.labels, rhs: tree.right.labels, out: tree.labels });
  return make("einsum", { spec }, [of(tree.left), of(tree.right)]);
}

/** An operand with its axes in the order of the result. */
function reordered(
  { operand, labels }: Extract<ProductTree, { readonly operand: number }>,
  nodes: readonly Node[],
  out: string,
): Node {
  const node = nodes[operand] ?? nodeOf("multiply", undefined);
  const permutation = [...out].map((label) => labels.indexOf(label));
  return permutation.every((axis, i) => axis === i)
    ? node
    : make("transpose", { permutation }, [node]);
}
