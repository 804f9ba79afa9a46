/**
 * Applies a layer to operands with more axes than it declares: it works on each slice along the axes in
 * front, as if they were one axis.
 *
 * @module
 */
import type { LayerDeclaration } from "./declare.ts";
import { type Extent, factors, product, sameExtent, sameShape, type Shape } from "./dim.ts";
import { DeclarationError } from "./errors.ts";
import { make } from "./intern.ts";
import type { Node } from "./ops.ts";
import { describe } from "./shape_rules.ts";

/** Operands of the rank that a layer declares, and the way back for its result. */
export interface MergedOperands {
  /** One for each operand given. */
  readonly operands: readonly Node[];
  /** Splits the first axis of the layer's result as those of the operands were. */
  restore(result: Node): Node;
}

/**
 * Makes the leading axes of operands one, where a layer declares fewer: `[B, T, I]` becomes `[B·T, I]` for
 * a layer of `x: [B, I]`. All inputs that begin with the layer's first dim must have the same axes in
 * front. Operands of the declared rank, and those that fit in no way, stay what they are.
 *
 * @throws {DeclarationError} if the layer's result has no such axis, as where it sums over the batch.
 */
export function mergeLeadingAxes(
  layer: LayerDeclaration,
  operands: readonly Node[],
): MergedOperands {
  const leading = leadingShape(layer, operands);
  if (leading === undefined) return { operands, restore: (result) => result };
  const merged = product(leading);
  return {
    operands: operands.map((operand, i) =>
      layer.inputs[i]?.shape.length === operand.shape.length
        ? operand
        : make("reshape", { shape: [merged, ...operand.shape.slice(leading.length)] }, [operand])
    ),
    restore: (result) => {
      const first = layer.inputs[0]?.shape[0] ?? NaN;
      if (!sameExtent(layer.output.shape[0] ?? NaN, first)) {
        throw new DeclarationError(
          `Cannot apply layer "${layer.name}" to ${describe(operands[0] ?? result)}, which has ${
            leading.length - 1
          } more axes than it declares: its result does not have one part for each ${
            factors(first).symbols.join()
          }; reshape the operand first`,
        );
      }
      return make("reshape", { shape: [...leading, ...result.shape.slice(1)] }, [result]);
    },
  };
}

/** The axes in front that stand for a layer's first dim, if they are several. */
function leadingShape(layer: LayerDeclaration, operands: readonly Node[]): Shape | undefined {
  const first = layer.inputs[0]?.shape[0];
  if (first === undefined || !isBatch(layer, first)) return undefined;
  const own = layer.inputs.flatMap((declared, i) => {
    const operand = operands[i];
    return operand !== undefined && sameExtent(declared.shape[0] ?? NaN, first)
      ? [{ operand, extra: operand.shape.length - declared.shape.length }]
      : [];
  });
  const extra = own[0]?.extra ?? 0;
  if (extra < 1) return undefined;
  const shapes = own.map(({ operand }) => operand.shape.slice(0, extra + 1));
  const [leading] = shapes;
  const agree = own.every((each) => each.extra === extra) &&
    shapes.every((shape) => leading !== undefined && sameShape(shape, leading));
  return agree ? leading : undefined;
}

/** True for a dim that stands alone and that no parameter has: nothing but a number of slices. */
function isBatch({ params }: LayerDeclaration, extent: Extent): boolean {
  const { coefficient, symbols } = factors(extent);
  return coefficient === 1 && symbols.length === 1 &&
    params.every((each) =>
      each.shape.every((own) => !factors(own).symbols.includes(symbols[0] ?? ""))
    );
}
