/**
 * The shape rules of ops that cut, lengthen and join axes, and that lay windows over them.
 *
 * Where extents are dims, a sum or difference of them has to be a product again, as extents are; the
 * messages say where it is not, and what to do.
 *
 * @module
 */
import { checkExtents, divide, type Extent, product, sameExtent, showExtent } from "./dim.ts";
import { DeclarationError } from "./errors.ts";
import { isAtMost, plus } from "./extents.ts";
import type { Node, OpAttrs, Windows } from "./ops.ts";
import {
  checkAxis,
  checkFloat,
  checkNumber,
  describe,
  operand,
  type Signature,
} from "./shape_checks.ts";

type Stretching = "slice" | "pad" | "concatenate" | "window" | "overlapAdd";
type Rules = {
  readonly [K in Stretching]: (attrs: OpAttrs[K], inputs: readonly Node[]) => Signature;
};

/** The rules. */
export const STRETCH_SHAPES: Rules = {
  slice: ({ axis, start, size, step }, inputs) => {
    const node = operand(inputs, 0);
    checkAxis("slice", node, axis);
    const action = `slice ${describe(node)} along axis ${axis}`;
    checkExtents([start, size], (shown) => `${action}, from and for ${shown}`);
    checkCount(action, "step", step);
    const extent = node.shape[axis] ?? NaN;
    if (!holds(extent, start, size, step)) {
      const [from, count] = [showExtent(start), showExtent(size)];
      throw new DeclarationError(
        `Cannot ${action}: ${count} elements from ${from} on in steps of ${step} ${
          typeof extent === "number" && typeof start === "number" && typeof size === "number"
            ? `reach beyond its end at ${extent}`
            : `are not certain to lie within ${showExtent(extent)}; use numbers for its dims, or ` +
              `reshape it and slice an axis whose extent is a number`
        }`,
      );
    }
    return { shape: node.shape.with(axis, size), dtype: node.dtype };
  },
  pad: ({ axis, before, after, value }, inputs) => {
    const node = operand(inputs, 0);
    checkAxis("pad", node, axis);
    const action = `pad ${describe(node)} along axis ${axis}`;
    checkExtents([before, after], (shown) => `${action} by ${shown}`);
    if (node.dtype === "bool") {
      throw new DeclarationError(`Cannot ${action}: it holds bools; use cast`);
    }
    checkNumber(`${action} with`, value, node.dtype);
    const parts = [before, node.shape[axis] ?? NaN, after];
    return { shape: node.shape.with(axis, total(action, parts)), dtype: node.dtype };
  },
  concatenate: ({ axis }, inputs) => {
    const first = operand(inputs, 0);
    checkAxis("concatenate", first, axis);
    for (const other of inputs) checkBeside(first, other, axis);
    const action = `concatenate ${inputs.map(describe).join(" and ")} along axis ${axis}`;
    const parts = inputs.map((each) => each.shape[axis] ?? NaN);
    return { shape: first.shape.with(axis, total(action, parts)), dtype: first.dtype };
  },
  window: ({ axis, size, ...windows }, inputs) => {
    const node = operand(inputs, 0);
    checkAxis("window", node, axis);
    const extent = node.shape[axis] ?? NaN;
    const action = `take windows of ${size} along axis ${axis} of ${describe(node)}`;
    checkWindows(action, size, windows);
    const count = windowCount(extent, size, windows);
    if (count === undefined) {
      throw new DeclarationError(
        `Cannot ${action}: ${
          typeof extent === "number"
            ? `a window spans ${spanOf(size, windows)} elements, there are ${extent}; pad it first`
            : `their number is no product of dims; use numbers for the dims of ${
              showExtent(extent)
            }, or windows that lie side by side and divide it`
        }`,
      );
    }
    return { shape: [...node.shape.with(axis, count), size], dtype: node.dtype };
  },
  overlapAdd: ({ axis, extent, ...windows }, inputs) => {
    const node = operand(inputs, 0);
    checkAxis("overlapAdd", node, axis);
    const size = node.shape.at(-1) ?? NaN;
    const action = `overlapAdd ${describe(node)} along axis ${axis}`;
    checkFloat("overlapAdd", node);
    if (axis === node.shape.length - 1 || typeof size !== "number") {
      throw new DeclarationError(
        `Cannot ${action}: its last axis holds the elements of a window, and their number`,
      );
    }
    checkExtents([extent], (shown) => `${action} to ${shown}`);
    checkWindows(action, size, windows);
    const count = node.shape[axis] ?? NaN;
    if (!reaches(extent, count, size, windows)) {
      throw new DeclarationError(
        `Cannot ${action} to ${showExtent(extent)}: ${showExtent(count)} windows that span ${
          spanOf(size, windows)
        }, ${windows.stride} apart, ${
          typeof extent === "number" && typeof count === "number"
            ? "reach beyond it"
            : "are not certain to lie within; use numbers for its dims"
        }`,
      );
    }
    return { shape: node.shape.slice(0, -1).with(axis, extent), dtype: node.dtype };
  },
};

/** True if an axis surely has the elements `start`, `start + step`, … of a slice. */
function holds(extent: Extent, start: Extent, size: Extent, step: number): boolean {
  if (typeof extent === "number" && typeof start === "number" && typeof size === "number") {
    return size === 0 || start + (size - 1) * step < extent;
  }
  const end = plus(start, product([size, step]));
  return end !== undefined && isAtMost(end, extent);
}

/** The elements from the first to the last of a window. */
function spanOf(size: number, { dilation }: Pick<Windows, "dilation">): number {
  return (size - 1) * dilation + 1;
}

type Steps = Pick<Windows, "stride" | "dilation">;

/** How many windows an axis has; windows that span no more than a stride lie side by side. */
function windowCount(extent: Extent, size: number, windows: Steps): Extent | undefined {
  const span = spanOf(size, windows);
  if (typeof extent === "number") {
    return span > extent ? undefined : Math.floor((extent - span) / windows.stride) + 1;
  }
  return span <= windows.stride ? divide(extent, windows.stride) : undefined;
}

/** True if all elements of so many windows surely lie below an extent. */
function reaches(extent: Extent, count: Extent, size: number, windows: Steps): boolean {
  const span = spanOf(size, windows);
  if (typeof extent === "number" && typeof count === "number") {
    return count === 0 || (count - 1) * windows.stride + span <= extent;
  }
  return span <= windows.stride && isAtMost(product([count, windows.stride]), extent);
}

function checkCount(action: string, what: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new DeclarationError(
    `Cannot ${action}: wanted a whole number from 1 on as its ${what}, got ${value}`,
  );
}

function checkWindows(action: string, size: number, { stride, dilation }: Steps): void {
  checkCount(action, "size", size);
  checkCount(action, "stride", stride);
  checkCount(action, "dilation", dilation);
}

/** The sum of extents along an axis. */
function total(action: string, parts: readonly Extent[]): Extent {
  const sum = parts.reduce<Extent | undefined>(
    (all, part) => all === undefined ? undefined : plus(all, part),
    0,
  );
  if (sum !== undefined) return sum;
  throw new DeclarationError(
    `Cannot ${action}: ${
      parts.map(showExtent).join(" + ")
    } is no product of dims; use numbers for them, or multiples of one dim`,
  );
}

function checkBeside(first: Node, other: Node, axis: number): void {
  const fits = other.shape.length === first.shape.length &&
    other.shape.every((extent, i) => i === axis || sameExtent(extent, first.shape[i] ?? NaN));
  if (!fits) {
    throw new DeclarationError(
      `Cannot concatenate ${describe(first)} and ${
        describe(other)
      } along axis ${axis}: all other extents must be equal`,
    );
  }
  if (other.dtype !== first.dtype) {
    throw new DeclarationError(
      `Cannot concatenate ${describe(first)} of ${first.dtype} and ${
        describe(other)
      } of ${other.dtype}: element types must be equal; use cast`,
    );
  }
}
