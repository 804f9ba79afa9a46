/**
 * tilewright's language: declare layers, models, losses and optimizers as mathematics over named dims.
 *
 * @module
 */
export {
  type Dim,
  dim,
  type DimValues,
  divide,
  evaluateExtent,
  type Extent,
  extentKey,
  type Factors,
  factors,
  fromFactors,
  product,
  sameExtent,
  sameShape,
  type Shape,
  showExtent,
  showShape,
  substitute,
  type Times,
  times,
} from "./dim.ts";
export { DeclarationError } from "./errors.ts";
export * from "./initial.ts";
export * from "./tensor.ts";
export type { ElementType, NoAttributes, Node, NodeOf, OpAttrs, OpKind, Role } from "./ops.ts";
export {
  defineLayer,
  type Gradients,
  type Layer,
  type LayerDeclaration,
  type LayerOptions,
  type LayerUse,
} from "./declare.ts";
export {
  type Declarations,
  type HandleOf,
  type Handles,
  type ParameterDeclarations,
  tensor,
  type TensorDeclaration,
} from "./leaves.ts";
export type { ByteOptions, ByteSource } from "./byte_source.ts";
export { block } from "./block.ts";
export {
  type BackwardArguments,
  customGradient,
  type CustomGradientOptions,
  type TensorFunction,
} from "./custom_gradient.ts";
export {
  flagOption,
  layerFor,
  type LayerOption,
  type LayerOptionRules,
  type LayerWithOptions,
  layerWithOptions,
  numberOption,
} from "./layer_options.ts";
export { whenTraining } from "./mode.ts";
export { bernoulli, randomNormal, randomUniform, type StreamOptions } from "./random.ts";
export {
  defineModel,
  type Judge,
  type Judged,
  type ModelDeclaration,
  type ModelOptions,
  type Outputs,
  sequential,
} from "./model.ts";
export {
  defineOptimizer,
  type Like,
  type OptimizerDeclaration,
  type OptimizerOptions,
  type Update,
} from "./optimizer.ts";
export * from "./layers/mod.ts";
export { clipGlobalNorm, clipValue } from "./clipping.ts";
export { adam, type AdamOptions, adamW, type AdamWOptions } from "./optimizers/adam.ts";
export { rmsProp, type RmsPropOptions } from "./optimizers/rmsprop.ts";
export { sgd, type SgdOptions } from "./optimizers/sgd.ts";
export {
  cosine,
  type CosineOptions,
  type Rate,
  type Schedule,
  stepDecay,
  type StepDecayOptions,
} from "./schedules.ts";
export type { WeightDecay } from "./weight_decay.ts";
export { named } from "./hints.ts";
