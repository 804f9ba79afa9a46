/**
 * tilewright's language: declare layers, models, losses and optimizers as mathematics over named dims.
 *
 * @module
 */
export * from "./dim.ts";
export * from "./errors.ts";
export * from "./initial.ts";
export * from "./tensor.ts";
export {
  defineLayer,
  type Layer,
  type LayerDeclaration,
  type LayerUse,
  tensor,
} from "./declare.ts";
export { defineModel, type ModelDeclaration, sequential } from "./model.ts";
export { defineOptimizer, type OptimizerDeclaration } from "./optimizer.ts";
export * from "./layers/mod.ts";
export { adam, type AdamOptions } from "./optimizers/adam.ts";
export { sgd } from "./optimizers/sgd.ts";
export { named } from "./hints.ts";
