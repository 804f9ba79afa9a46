/**
 * The models that this example trains, and all networks for the images of MNIST.
 *
 * @module
 */
import { mnistCnn } from "../../generated/mnist_cnn/mnist_cnn.ts";
import { mnistOriginal } from "../../generated/mnist_original/mnist_original.ts";
import { mnistShared } from "../../generated/mnist_shared/mnist_shared.ts";
import { mnistSharedF16 } from "../../generated/mnist_shared_f16/mnist_shared_f16.ts";
import type { NetworkName } from "./network_options.ts";
import type { ModelName } from "./train_options.ts";

/** The generated module of each model. */
export const MODELS = {
  shared: mnistShared,
  original: mnistOriginal,
  "shared-f16": mnistSharedF16,
} as const satisfies Record<ModelName, unknown>;

/** The generated module of each network that a file can be of. */
export const NETWORKS = { ...MODELS, cnn: mnistCnn } as const satisfies Record<
  NetworkName,
  unknown
>;
