/** The declarations that the project itself generates. @module */

/** Modules of declarations, from the top of the checkout. */
export const DEFAULT_SPECS: readonly string[] = [
  "dsl/layers/mod.ts",
  "examples/linear_regression/spec.ts",
  "examples/mnist/spec.ts",
  "examples/mnist_cnn/spec.ts",
  "examples/tiny_transformer/spec.ts",
];
