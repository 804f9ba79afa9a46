/**
 * The layers of the library; `deno task gen` walks this list.
 *
 * A layer is used by calling it with its sizes, as far as its operands do not tell them, and with its options
 * where it has some: `linear({ O: 10 })`, `layerNorm()`, `leakyRelu({ slope: 0.2 })`. Convolutions and
 * poolings are declared for the image that they are applied to; a small one of each kind is in the list.
 *
 * @module
 */
export {
  attention,
  causalAttention,
  multiHeadAttention,
  type MultiHeadOptions,
} from "./attention.ts";
export { conv2d, conv3x3, type ConvolutionOptions } from "./convolution.ts";
export { dropout, type DropoutOptions } from "./dropout.ts";
export { embedding } from "./embedding.ts";
export type { Pair } from "./image_geometry.ts";
export { linear, linearWithoutBias } from "./linear.ts";
export { binaryCrossEntropyWithLogits, meanAbsoluteError, meanSquaredError } from "./losses.ts";
export {
  batchNorm,
  batchNorm2d,
  type BatchNormOptions,
  layerNorm,
  type NormOptions,
  rmsNorm,
} from "./normalisation.ts";
export {
  avgPool2d,
  avgPool2x2,
  globalAvgPool2d,
  maxPool2d,
  maxPool2x2,
  type PoolingOptions,
} from "./pooling.ts";
export { leakyRelu, type LeakyReluOptions, relu } from "./relu.ts";
export { sharedLinear, sharedLinearWithBias } from "./shared_linear.ts";
export { gelu, geluTanh, sigmoidLayer, silu, tanhLayer } from "./smooth_activations.ts";
export { logSoftmax, softmax } from "./softmax.ts";
export {
  accuracy,
  type CrossEntropyOptions,
  softmaxCrossEntropy,
} from "./softmax_cross_entropy.ts";
