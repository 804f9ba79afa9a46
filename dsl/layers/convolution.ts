/** Convolutions of images. @module */
import { defineLayer, type Layer, tensor } from "../declare.ts";
import { dim, divide, type Extent, product, type Shape, showExtent } from "../dim.ts";
import { DeclarationError } from "../errors.ts";
import { heNormal, zeros } from "../initial.ts";
import { layerFor } from "../layer_options.ts";
import { isExtent } from "../dim.ts";
import { add, einsum, pad, reshape, type Tensor, window } from "../tensor.ts";
import {
  checkWindowOptions,
  type Geometry,
  imageSize,
  type Pair,
  pair,
  pairLike,
} from "./image_geometry.ts";

/** What {@linkcode conv2d} takes. */
export interface ConvolutionOptions {
  /** The number of channels of the result. */
  readonly O: Extent;
  /** The size of the window. */
  readonly size: Pair;
  /** The distance from each window to the next; 1 if left out. */
  readonly stride?: Pair;
  /** Zeros on each side; 0 if left out. */
  readonly padding?: Pair;
  /** The distance from each element of a window to the next; 1 if left out. */
  readonly dilation?: Pair;
  /** Parts of the channels that are convolved apart from each other; 1 if left out. */
  readonly groups?: number;
  /** False for a convolution without a bias. */
  readonly bias?: boolean;
}

const OPTIONS = {
  O: { required: true, wanted: "a whole number or a dim, such as 16", fits: isExtent },
  size: pairLike(1, true),
  stride: pairLike(1),
  padding: pairLike(0),
  dilation: pairLike(1),
  groups: {
    wanted: "a whole number of at least 1",
    fits: (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 1,
  },
  bias: { wanted: "true or false", fits: (value: unknown) => typeof value === "boolean" },
};

type Real = Tensor<Shape, "f32">;

/** All windows of an image [B, …, H, W] with zeros around it: [B, …, H′, W′, h, w]. */
export function windows2d(x: Real, rank: number, geometry: Geometry, around = 0): Real {
  const { size, stride, padding, dilation } = geometry;
  return ([0, 1] as const).reduce((image: Real, side) => {
    const axis = rank - 2 + side;
    const border = padding[side];
    const padded = border === 0
      ? image
      : pad(image, { axis, before: border, after: border, value: around });
    const along = { axis, size: size[side], stride: stride[side], dilation: dilation[side] };
    return window(padded, along);
  }, x);
}

/** A convolution of images of a size. */
export interface SizedConvolution extends Geometry {
  readonly H: number;
  readonly W: number;
  readonly groups: number;
  readonly bias: boolean;
}

/**
 * A convolution declared for images of H by W: x of shape [B, g·C, H, W], W of [g·O, C, h, w], b of [g·O].
 * With all windows of x, padded with zeros, it is one sum of products.
 */
export function sizedConvolution(options: SizedConvolution): Layer {
  const { H, W: width, size: [h, w], groups: g, bias } = options;
  const B = dim("B"), C = dim("C"), O = dim("O");
  const [channels, features] = [product([g, C]), product([g, O])];
  const convolve = (x: Real, W: Real): Real => {
    if (g === 1) return einsum("bcijpq,ocpq->boij", windows2d(x, 4, options), W);
    const parts = reshape(x, [B, g, C, H, width]);
    const weights = reshape(W, [g, O, C, h, w]);
    const y = einsum("bgcijpq,gocpq->bgoij", windows2d(parts, 5, options), weights);
    return reshape(y, [B, features, ...y.shape.slice(3)]);
  };
  const inputs = { x: tensor(B, channels, H, width) };
  const weights = { W: tensor(features, C, h, w).init(heNormal()) };
  const { stride, padding, dilation } = options;
  const geometry = `windows of ${h} × ${w}, stride ${stride.join(" × ")}, padding ${
    padding.join(" × ")
  }, dilation ${dilation.join(" × ")}, ${g} groups`;
  const formula = "y[b,o,i,j] = Σ_cpq x[b,c,i·s+p·d,j·s+q·d] · W[o,c,p,q]";
  const typical = { B: 100, C: 16, O: 16 };
  return bias
    ? defineLayer({
      name: "conv2d",
      doc: `${formula} + b[o]; ${geometry}`,
      inputs,
      params: { ...weights, b: tensor(features).init(zeros()) },
      forward: ({ x, W, b }) => add(convolve(x, W), reshape(b, [features, 1, 1])) as Real,
      typical,
    })
    : defineLayer({
      name: "conv2d_without_bias",
      doc: `${formula}; ${geometry}`,
      inputs,
      params: weights,
      forward: ({ x, W }) => convolve(x, W),
      typical,
    });
}

/**
 * A convolution of images, as in PyTorch: x of shape [B, C, H, W], W of [O, C/groups, h, w], b of [O], and
 * `y[b,o,i,j] = b[o] + Σ_cpq x[b, c, i·stride + p·dilation − padding, j·stride + q·dilation − padding] ·
 * W[o,c,p,q]`, where x is 0 outside of the image. H and W must be numbers.
 *
 * ```ts
 * import { adam, conv2d, defineModel, dim, linear, relu, reshape, softmaxCrossEntropy, tensor } from "../mod.ts";
 * const B = dim("B");
 * const model = defineModel({
 *   name: "small_cnn",
 *   inputs: { x: tensor(B, 1, 28, 28), label: tensor(B).u32() },
 *   forward: ({ x }) => {
 *     const h = relu()(conv2d({ O: 8, size: 5, stride: 2 })(x));
 *     return linear({ O: 10 })(reshape(h, [B, -1]));
 *   },
 *   loss: softmaxCrossEntropy,
 *   optimizer: adam(),
 * });
 * if (model.params.length !== 4) throw new Error();
 * ```
 *
 * @throws {DeclarationError} if an option is wrong; where it is applied, if the image or its channels do not fit
 */
export function conv2d(options: ConvolutionOptions): (x: Tensor) => Real {
  checkWindowOptions("conv2d", options, OPTIONS);
  const { O, groups = 1, bias = true } = options;
  const geometry: Geometry = {
    size: pair(options.size),
    stride: pair(options.stride ?? 1),
    padding: pair(options.padding ?? 0),
    dilation: pair(options.dilation ?? 1),
  };
  const features = divide(O, groups);
  return layerFor("conv2d", (x) => {
    const [H, W] = imageSize("conv2d", x, geometry);
    const channels = x?.shape.at(-3) ?? 1;
    if (features === undefined || divide(channels, groups) === undefined) {
      throw new DeclarationError(
        `Cannot apply layer "conv2d" with ${groups} groups: ${
          showExtent(channels)
        } channels and O = ${showExtent(O)} must both be multiples of ${groups}`,
      );
    }
    return { layer: sizedConvolution({ ...geometry, H, W, groups, bias }), sizes: { O: features } };
  });
}

/** The convolution that most networks are made of, for images of 14 by 14: 3 × 3 with a border of one. */
export const conv3x3: Layer = sizedConvolution({
  H: 14,
  W: 14,
  size: [3, 3],
  stride: [1, 1],
  padding: [1, 1],
  dilation: [1, 1],
  groups: 1,
  bias: true,
});
