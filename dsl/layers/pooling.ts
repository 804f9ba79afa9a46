/** Pooling of images. @module */
import { defineLayer, type Layer, tensor } from "../declare.ts";
import { dim, type Shape } from "../dim.ts";
import { layerFor } from "../layer_options.ts";
import { max, mean, type Tensor } from "../tensor.ts";
import { windows2d } from "./convolution.ts";
import {
  checkWindowOptions,
  type Geometry,
  imageSize,
  type Pair,
  pair,
  pairLike,
} from "./image_geometry.ts";

/** What poolings take. */
export interface PoolingOptions {
  /** The size of the window. */
  readonly size: Pair;
  /** The distance from each window to the next; that of windows side by side if left out. */
  readonly stride?: Pair;
  /** Elements around the image; 0 if left out. */
  readonly padding?: Pair;
}

const OPTIONS = { size: pairLike(1, true), stride: pairLike(1), padding: pairLike(0) };

const B = dim("B"), C = dim("C"), H = dim("H"), W = dim("W");

/** A way to make one number of a window. */
interface Pooling {
  readonly name: string;
  readonly doc: string;
  /** What lies around the image. */
  readonly around: number;
  readonly reduce: (
    windows: Tensor<Shape, "f32">,
    axes: { readonly axis: readonly number[] },
  ) => Tensor<Shape, "f32">;
}

/** Below every f32 but the lowest. */
const LOWEST = -3.4028234663852886e38;

const MAX: Pooling = {
  name: "max_pool_2d",
  doc: "y[b,c,i,j] = max_pq x[b,c,i·s+p,j·s+q]",
  around: LOWEST,
  reduce: max,
};
const MEAN: Pooling = {
  name: "avg_pool_2d",
  doc: "y[b,c,i,j] = mean_pq x[b,c,i·s+p,j·s+q]",
  around: 0,
  reduce: mean,
};

function sizedPooling(
  { name, doc, around, reduce }: Pooling,
  geometry: Geometry,
  [height, width]: readonly [number, number],
): Layer {
  return defineLayer({
    name,
    doc,
    inputs: { x: tensor(B, C, height, width) },
    forward: ({ x }) => reduce(windows2d(x, 4, geometry, around), { axis: [4, 5] }),
    typical: { B: 100, C: 16 },
  });
}

function pooling(kind: Pooling, options: PoolingOptions): (x: Tensor) => Tensor<Shape, "f32"> {
  checkWindowOptions(kind.name, options, OPTIONS);
  const geometry: Geometry = {
    size: pair(options.size),
    stride: pair(options.stride ?? options.size),
    padding: pair(options.padding ?? 0),
    dilation: [1, 1],
  };
  return layerFor(
    kind.name,
    (x) => ({ layer: sizedPooling(kind, geometry, imageSize(kind.name, x, geometry)) }),
  );
}

/**
 * The largest element of each window of an image, for x of shape [B, C, H, W]; what lies around the image
 * never is the largest. H and W must be numbers.
 *
 * ```ts
 * import { dim, input, maxPool2d } from "../mod.ts";
 * const y = maxPool2d({ size: 2 })(input("x", [dim("B"), 3, 28, 28]));
 * if (y.shape[2] !== 14) throw new Error();
 * ```
 *
 * @throws {DeclarationError} if an option is wrong; where it is applied, if the image does not fit
 */
export function maxPool2d(options: PoolingOptions): (x: Tensor) => Tensor<Shape, "f32"> {
  return pooling(MAX, options);
}

/** The mean of each window of an image, zeros around it included; else as {@linkcode maxPool2d}. */
export function avgPool2d(options: PoolingOptions): (x: Tensor) => Tensor<Shape, "f32"> {
  return pooling(MEAN, options);
}

const halves: Geometry = { size: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1] };

/** Pooling of 2 × 2 elements, for images of 14 by 14. */
export const maxPool2x2: Layer = sizedPooling(MAX, halves, [14, 14]);

/** Means of 2 × 2 elements, for images of 14 by 14. */
export const avgPool2x2: Layer = sizedPooling(MEAN, halves, [14, 14]);

/** y[b,c] = mean_ij x[b,c,i,j], for x of shape [B, C, H, W]. */
export const globalAvgPool2d: Layer = defineLayer({
  name: "global_avg_pool_2d",
  doc: "y[b,c] = mean_ij x[b,c,i,j]",
  inputs: { x: tensor(B, C, H, W) },
  forward: ({ x }) => mean(x, { axis: [2, 3] }),
  typical: { B: 100, C: 64, H: 7, W: 7 },
});
