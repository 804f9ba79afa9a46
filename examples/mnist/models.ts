/**
 * The models that this example trains.
 *
 * @module
 */
import { mnistOriginal } from "../../generated/mnist_original/mnist_original.ts";
import { mnistShared } from "../../generated/mnist_shared/mnist_shared.ts";
import { mnistSharedF16 } from "../../generated/mnist_shared_f16/mnist_shared_f16.ts";
import type { ModelName } from "./train_options.ts";

/** The generated module of each model. */
export const MODELS = {
  shared: mnistShared,
  original: mnistOriginal,
  "shared-f16": mnistSharedF16,
} as const satisfies Record<ModelName, unknown>;
