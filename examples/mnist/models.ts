/**
 * The models that this example trains.
 *
 * @module
 */
import { mnistOriginal } from "../../generated/mnist_original/mnist_original.ts";
import { mnistShared } from "../../generated/mnist_shared/mnist_shared.ts";
import type { ModelName } from "./train_options.ts";

/** The generated module of each model. */
export const MODELS = {
  shared: mnistShared,
  original: mnistOriginal,
} as const satisfies Record<ModelName, unknown>;
