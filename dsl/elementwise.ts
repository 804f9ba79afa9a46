/** Elementwise ops over operands of different shapes: repeats each to the shape of the result. @module */
import { type Extent, sameExtent, type Shape, showShape } from "./dim.ts";
import { DeclarationError } from "./errors.ts";
import { nodeOf, type Operand } from "./handle.ts";
import { make } from "./intern.ts";
import type { ElementwiseKind, Node } from "./ops.ts";
import { describe } from "./shape_rules.ts";

/** Repeats a node to a shape whose last axes are its own, or where its extent is 1. */
export function broadcastTo(node: Node, shape: Shape): Node {
  const offset = shape.length - node.shape.length;
  const fits = offset >= 0 && node.shape.every((extent, axis) => {
    const wanted = shape[axis + offset] ?? NaN;
    return sameExtent(extent, wanted) || extent === 1;
  });
  if (!fits) {
    throw new DeclarationError(
      `Cannot broadcast ${describe(node)} to ${
        showShape(shape)
      }: from the last axis backwards, extents must be equal or 1`,
    );
  }
  const kept = node.shape.map((_, axis) => axis).filter((axis) =>
    sameExtent(node.shape[axis] ?? NaN, shape[axis + offset] ?? NaN)
  );
  if (kept.length === shape.length) return node;
  const squeezed = kept.length === node.shape.length
    ? node
    : make("reshape", { shape: kept.map((axis) => node.shape[axis] ?? NaN) }, [node]);
  return make("broadcast", { shape, axes: kept.map((axis) => axis + offset) }, [squeezed]);
}

function lift(op: ElementwiseKind, value: Operand, beside: readonly Operand[]): Node {
  if (typeof value !== "number") return nodeOf(`apply ${op} to`, value);
  const dtype = beside.find((other) => typeof other !== "number")?.dtype;
  const isWhole = dtype === "u32" || dtype === "i32";
  return make("constant", { value, dtype: isWhole ? dtype : "f32" });
}

/** An elementwise op over operands of any fitting shapes. */
export function elementwise(
  op: ElementwiseKind,
  operands: readonly Operand[],
  branchFrom = 0,
): Node {
  const nodes = operands.map((operand) => lift(op, operand, operands.slice(branchFrom)));
  const rank = Math.max(...nodes.map((node) => node.shape.length));
  const shape = Array.from({ length: rank }, (_, axis): Extent => {
    const extents = nodes.map((node) => node.shape[axis - rank + node.shape.length]);
    return extents.find((extent) => extent !== undefined && extent !== 1) ?? 1;
  });
  // Ops without attributes only: `cast` has a function of its own.
  return make(op as Exclude<ElementwiseKind, "cast">, {}, nodes.map((n) => broadcastTo(n, shape)));
}
