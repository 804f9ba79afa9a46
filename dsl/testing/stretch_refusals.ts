/** What the shape rules of slices, pads, joins and windows refuse. @module */
import { B, K, leaf, mask, type Refusal, refusal, v, x } from "./refusals.ts";

type Stretching = "slice" | "pad" | "concatenate" | "window" | "overlapAdd";

/** At least one refusal of each op. */
export const STRETCH_REFUSALS: { readonly [K in Stretching]: readonly Refusal[] } = {
  slice: [
    refusal(
      "slice",
      { axis: 2, start: 0, size: 1, step: 1 },
      [x],
      "Cannot slice x[B, K] over axis 2: axes run from 0 to 1",
    ),
    refusal(
      "slice",
      { axis: 1, start: 3, size: 3, step: 3 },
      [leaf("row", [B, 9])],
      "Cannot slice row[B, 9] along axis 1: 3 elements from 3 on in steps of 3 " +
        "reach beyond its end at 9",
    ),
    refusal(
      "slice",
      { axis: 1, start: 0, size: 1, step: 1 },
      [x],
      "Cannot slice x[B, K] along axis 1: 1 elements from 0 on in steps of 1 are not certain to " +
        "lie within K; use numbers for its dims, or reshape it and slice an axis whose extent is " +
        "a number",
    ),
    refusal(
      "slice",
      { axis: 1, start: 0, size: K, step: 2 },
      [x],
      "Cannot slice x[B, K] along axis 1: K elements from 0 on in steps of 2 are not certain to " +
        "lie within K; use numbers for its dims, or reshape it and slice an axis whose extent is " +
        "a number",
    ),
    refusal(
      "slice",
      { axis: 1, start: 0, size: K, step: 0.5 },
      [x],
      "Cannot slice x[B, K] along axis 1: wanted a whole number from 1 on as its step, got 0.5",
    ),
    refusal(
      "slice",
      { axis: 1, start: -1, size: 2, step: 1 },
      [leaf("row", [B, 9])],
      "Cannot slice row[B, 9] along axis 1, from and for [-1, 2]: " +
        "an extent must be a whole number, got -1",
    ),
  ],
  pad: [
    refusal(
      "pad",
      { axis: 1, before: 1, after: 1, value: 0 },
      [x],
      "Cannot pad x[B, K] along axis 1: 1 + K + 1 is no product of dims; " +
        "use numbers for them, or multiples of one dim",
    ),
    refusal(
      "pad",
      { axis: 0, before: 1, after: 1, value: Infinity },
      [leaf("row", [4])],
      "Cannot pad row[4] along axis 0 with Infinity: it is not a finite 32-bit float; " +
        "use a finite bound such as -3.4e38",
    ),
    refusal(
      "pad",
      { axis: 0, before: 1, after: 1, value: -1 },
      [leaf("place", [4], "u32")],
      "Cannot pad place[4] along axis 0 with -1 as a u32: " +
        "it is not a whole number from 0 to 4294967295",
    ),
    refusal(
      "pad",
      { axis: 1, before: K, after: K, value: 0 },
      [mask],
      "Cannot pad mask[B, K] along axis 1: it holds bools; use cast",
    ),
    refusal(
      "pad",
      { axis: 0, before: -1, after: 1, value: 0 },
      [leaf("row", [4])],
      "Cannot pad row[4] along axis 0 by [-1, 1]: an extent must be a whole number, got -1",
    ),
  ],
  concatenate: [
    refusal(
      "concatenate",
      { axis: 1 },
      [x, v],
      "Cannot concatenate x[B, K] and v[N, K] along axis 1: all other extents must be equal",
    ),
    refusal(
      "concatenate",
      { axis: 0 },
      [x, v],
      "Cannot concatenate x[B, K] and v[N, K] along axis 0: B + N is no product of dims; " +
        "use numbers for them, or multiples of one dim",
    ),
    refusal(
      "concatenate",
      { axis: 0 },
      [x, mask],
      "Cannot concatenate x[B, K] of f32 and mask[B, K] of bool: " +
        "element types must be equal; use cast",
    ),
    refusal("concatenate", { axis: 0 }, [], "An op lacks operand 0"),
  ],
  window: [
    refusal(
      "window",
      { axis: 1, size: 3, stride: 1, dilation: 1 },
      [x],
      "Cannot take windows of 3 along axis 1 of x[B, K]: their number is no product of dims; " +
        "use numbers for the dims of K, or windows that lie side by side and divide it",
    ),
    refusal(
      "window",
      { axis: 1, size: 3, stride: 1, dilation: 2 },
      [leaf("row", [B, 4])],
      "Cannot take windows of 3 along axis 1 of row[B, 4]: a window spans 5 elements, " +
        "there are 4; pad it first",
    ),
    refusal(
      "window",
      { axis: 1, size: 3, stride: 0, dilation: 1 },
      [leaf("row", [B, 4])],
      "Cannot take windows of 3 along axis 1 of row[B, 4]: " +
        "wanted a whole number from 1 on as its stride, got 0",
    ),
    refusal(
      "window",
      { axis: -1, size: 3, stride: 1, dilation: 1 },
      [x],
      "Cannot window x[B, K] over axis -1: axes run from 0 to 1",
    ),
  ],
  overlapAdd: [
    refusal(
      "overlapAdd",
      { axis: 1, extent: 8, stride: 1, dilation: 1 },
      [x],
      "Cannot overlapAdd x[B, K] along axis 1: " +
        "its last axis holds the elements of a window, and their number",
    ),
    refusal(
      "overlapAdd",
      { axis: 0, extent: 8, stride: 2, dilation: 1 },
      [leaf("windows", [4, 3])],
      "Cannot overlapAdd windows[4, 3] along axis 0 to 8: " +
        "4 windows that span 3, 2 apart, reach beyond it",
    ),
    refusal(
      "overlapAdd",
      { axis: 0, extent: B, stride: 2, dilation: 1 },
      [leaf("windows", [B, 3])],
      "Cannot overlapAdd windows[B, 3] along axis 0 to B: B windows that span 3, 2 apart, " +
        "are not certain to lie within; use numbers for its dims",
    ),
    refusal(
      "overlapAdd",
      { axis: 0, extent: 9, stride: 2, dilation: 1 },
      [leaf("windows", [4, 3], "u32")],
      "Cannot take overlapAdd of windows[4, 3] of u32: it needs f32; use cast",
    ),
  ],
};
