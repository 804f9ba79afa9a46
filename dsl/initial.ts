/** Initialisers: the distributions that parameters start from. @module */
import type { Extent, Shape } from "./dim.ts";
import { DeclarationError } from "./errors.ts";

/** The first values of a parameter or a state. */
export type Initial =
  | { readonly kind: "constant"; readonly value: number }
  /** Normal with mean 0 and standard deviation √(gain / fan). */
  | { readonly kind: "normal"; readonly gain: number; readonly fan: Extent };

/** Gives the first values for a parameter of this shape. */
export type Initialiser = (shape: Shape) => Initial;

/** Every element is 0. */
export function zeros(): Initialiser {
  return () => ({ kind: "constant", value: 0 });
}

/**
 * LeCun's normal initialiser: standard deviation 1/√fan_in, where fan_in is the extent of axis 1.
 * Source: LeCun, Bottou, Orr, Müller, "Efficient BackProp" (1998), section 4.6.
 *
 * @throws {DeclarationError} for a parameter with fewer than two axes.
 */
export function lecunNormal(): Initialiser {
  return (shape) => {
    const fan = shape[1];
    if (fan === undefined) {
      throw new DeclarationError(
        `Cannot initialise a parameter of rank ${shape.length} by lecunNormal: it needs an axis 1 (fan-in); use zeros()`,
      );
    }
    return { kind: "normal", gain: 1, fan };
  };
}
