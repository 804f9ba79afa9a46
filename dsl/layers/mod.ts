/** The layers of the library; `deno task gen` walks this list. @module */
export { linear, linearWithoutBias } from "./linear.ts";
export { relu } from "./relu.ts";
export { sharedLinear, sharedLinearWithBias } from "./shared_linear.ts";
export { accuracy, softmaxCrossEntropy } from "./softmax_cross_entropy.ts";
