/**
 * The MNIST classifiers: an experiment of 2016 with a weight-sharing layer, and the ordinary model
 * it was compared with.
 *
 * @module
 */
import {
  accuracy,
  adam,
  defineModel,
  dim,
  linear,
  relu,
  sequential,
  sharedLinear,
  softmaxCrossEntropy,
  type Tensor,
  tensor,
} from "../../dsl/mod.ts";

const B = dim("B");
/** Images and digits are drawn from tables of bytes; four pixels in five are black, exactly 0. */
const inputs = {
  x: tensor(B, 784).fromBytes({ divideBy: 255 }).sparse(),
  label: tensor(B).u32().fromBytes(),
};
const training = {
  loss: softmaxCrossEntropy,
  metrics: { accuracy },
  optimizer: adam(),
  typical: { B: 100, samples: 70_000 },
};

const shared = ({ x }: { readonly x: Tensor<readonly [typeof B, 784], "f32"> }) =>
  sequential(x, [
    linear({ I: 784, O: 1000 }),
    relu(),
    sharedLinear({ K: 100, n: 10, O: 900 }),
    relu(),
    linear({ I: 900, O: 10 }),
  ]);

/** 784 → 1000 → 900 → 10; the middle layer uses one 900 × 100 matrix for ten slices of its input. */
export const mnistShared = defineModel({
  name: "mnist_shared",
  doc: "784 → 1000 → 900 (weight-sharing, n = 10) → 10",
  inputs,
  forward: shared,
  ...training,
});

/** The same, with activations and their gradients in 16 bits. */
export const mnistSharedF16 = defineModel({
  name: "mnist_shared_f16",
  doc: "784 → 1000 → 900 (weight-sharing, n = 10) → 10, activations stored as f16",
  inputs,
  forward: shared,
  storage: "f16",
  ...training,
});

/** 784 → 1000 → 1000 → 10, all ordinary. */
export const mnistOriginal = defineModel({
  name: "mnist_original",
  doc: "784 → 1000 → 1000 → 10",
  inputs,
  forward: ({ x }) =>
    sequential(x, [
      linear({ I: 784, O: 1000 }),
      relu(),
      linear({ I: 1000, O: 1000 }),
      relu(),
      linear({ I: 1000, O: 10 }),
    ]),
  ...training,
});
