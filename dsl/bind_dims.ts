/** Finds out what a layer's dims stand for where it is used. @module */
import type { LayerDeclaration } from "./declare.ts";
import { divide, type Extent, factors, isExtent, showExtent } from "./dim.ts";
import { DeclarationError, showValue } from "./errors.ts";
import type { Node } from "./ops.ts";
import { describe } from "./shape_rules.ts";

/** Finds the extents of a layer's dims from the sizes given and the shapes of its operands. */
export function bindDims(
  layer: LayerDeclaration,
  sizes: Readonly<Record<string, Extent>>,
  operands: readonly Node[],
): Map<string, Extent> {
  const dims = new Set(
    [...layer.inputs, ...layer.params].flatMap((each) =>
      each.shape.flatMap((e) => factors(e).symbols)
    ),
  );
  checkSizes(layer, sizes, dims);
  if (operands.length > layer.inputs.length) {
    throw new DeclarationError(
      `Cannot apply layer "${layer.name}" to ${operands.length} tensors: it takes ${
        layer.inputs.map(describe).join(", ")
      }`,
    );
  }
  const bound = new Map<string, Extent>(Object.entries(sizes));
  layer.inputs.forEach((declared, i) => {
    const got = operands[i];
    if (got === undefined || got.shape.length !== declared.shape.length) {
      throw new DeclarationError(
        `Cannot apply layer "${layer.name}" to ${
          got === undefined ? "nothing" : describe(got)
        }: wanted ${describe(declared)}`,
      );
    }
  });
  // A dim that a later operand determines may be all that an earlier one lacked.
  for (let known = -1; known !== bound.size;) {
    known = bound.size;
    layer.inputs.forEach((declared, i) =>
      declared.shape.forEach((extent, axis) =>
        bindExtent(bound, extent, operands[i]?.shape[axis] ?? NaN)
      )
    );
  }
  for (const name of dims) {
    if (!bound.has(name)) {
      throw new DeclarationError(
        `Cannot use layer "${layer.name}": dim ${name} is unknown; write ${layer.name}({ ${name}: … })`,
      );
    }
  }
  return bound;
}

function checkSizes(
  layer: LayerDeclaration,
  sizes: Readonly<Record<string, Extent>>,
  dims: ReadonlySet<string>,
): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (!dims.has(name)) {
      throw new DeclarationError(
        `Cannot use layer "${layer.name}" with ${name}: its dims are ${[...dims].join(", ")}`,
      );
    }
    if (!isExtent(size)) {
      throw new DeclarationError(
        `Cannot use layer "${layer.name}" with ${name} = ${
          showValue(size)
        }: a size is a whole number or a dim`,
      );
    }
  }
}

/** If just one symbol of the declared extent is unbound, the size of the operand determines it. */
function bindExtent(bound: Map<string, Extent>, declared: Extent, got: Extent): void {
  const { coefficient, symbols } = factors(declared);
  const unknown = symbols.filter((symbol) => !bound.has(symbol));
  const [symbol] = unknown;
  if (unknown.length !== 1 || symbol === undefined) return;
  let rest: Extent | undefined = divide(got, coefficient);
  for (const known of symbols.filter((each) => each !== symbol)) {
    rest = rest === undefined ? undefined : divide(rest, bound.get(known) ?? 1);
  }
  if (rest === undefined) {
    const known = symbols.filter((each) => each !== symbol)
      .map((each) => `${each} = ${showExtent(bound.get(each) ?? NaN)}`);
    throw new DeclarationError(
      `Cannot split ${showExtent(got)} into ${showExtent(declared)}: ${
        known.length === 0
          ? `it is not a multiple of ${coefficient}`
          : `with ${known.join(", ")} it does not divide; choose a divisor of ${showExtent(got)}`
      }`,
    );
  }
  bound.set(symbol, rest);
}
