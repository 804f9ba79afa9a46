/** Sizes of windows over images: numbers for both axes, checked. @module */
import { DeclarationError, showValue } from "../errors.ts";
import { checkOptions, type OptionRule } from "../options.ts";
import type { Tensor } from "../tensor.ts";

/** One number for both axes, or one for the height and one for the width. */
export type Pair = number | readonly [height: number, width: number];

/** How windows lie over an image. */
export interface Geometry {
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
}

/** The rule of an option that is a pair of whole numbers. */
export const pairLike = (least: number, required = false): OptionRule => ({
  required,
  wanted: `a whole number of at least ${least}, or two of them as [height, width]`,
  fits: (value) =>
    both(value).length === 2 &&
    both(value).every((each) => Number.isSafeInteger(each) && Number(each) >= least),
});

function both(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value, value];
}

/** A pair from one number or two. */
export function pair(value: Pair): readonly [number, number] {
  return typeof value === "number" ? [value, value] : value;
}

/** Checks the options of a layer of windows. */
export function checkWindowOptions<O extends object>(
  what: string,
  given: O,
  rules: { readonly [N in keyof Required<O>]: OptionRule },
): void {
  checkOptions(`${what} layer`, given, rules);
}

/**
 * The height and width of an image.
 *
 * @throws {DeclarationError} if they are not numbers, or if the windows have no room
 */
export function imageSize(
  layer: string,
  x: Tensor | undefined,
  { size, padding, dilation }: Omit<Geometry, "stride">,
): readonly [number, number] {
  const shape = x?.shape ?? [];
  const [height, width] = [shape.at(-2), shape.at(-1)];
  if (shape.length < 4 || typeof height !== "number" || typeof width !== "number") {
    throw new DeclarationError(
      `Cannot apply layer "${layer}" to a tensor of shape ${
        showValue(shape.map((each) => typeof each === "number" ? each : each.name))
      }: wanted images, [B, C, H, W], whose H and W are numbers`,
    );
  }
  const image = [height, width] as const;
  image.forEach((extent, axis) => {
    const reach = ((size[axis] ?? 1) - 1) * (dilation[axis] ?? 1) + 1;
    const room = extent + 2 * (padding[axis] ?? 0);
    if (reach <= room) return;
    throw new DeclarationError(
      `Cannot apply layer "${layer}" to images of ${height} by ${width}: a window reaches over ${reach} elements, and with padding there are ${room}; pad more, or use a smaller window`,
    );
  });
  return image;
}
