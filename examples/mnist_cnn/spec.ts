/** A small convolution network for MNIST. @module */
import {
  accuracy,
  adam,
  conv2d,
  cosine,
  defineModel,
  dim,
  linear,
  maxPool2d,
  relu,
  reshape,
  sequential,
  softmaxCrossEntropy,
  tensor,
} from "../../dsl/mod.ts";

const B = dim("B");

/** Two convolutions of 5 × 5, each with a rectifier and a pooling of 2 × 2, and a linear layer. */
export const mnistCnn = defineModel({
  name: "mnist_cnn",
  doc: "1 × 28 × 28 → 16 × 14 × 14 → 32 × 7 × 7 → 10",
  inputs: {
    x: tensor(B, 1, 28, 28).fromBytes({ divideBy: 255 }),
    label: tensor(B).u32().fromBytes(),
  },
  forward: ({ x }) => {
    const images = sequential(x, [
      conv2d({ O: 16, size: 5, padding: 2 }),
      relu(),
      maxPool2d({ size: 2 }),
      conv2d({ O: 32, size: 5, padding: 2 }),
      relu(),
      maxPool2d({ size: 2 }),
    ]);
    return sequential(reshape(images, [B, -1]), [linear({ O: 128 }), relu(), linear({ O: 10 })]);
  },
  loss: softmaxCrossEntropy,
  metrics: { accuracy },
  optimizer: adam({ alpha: cosine({ peak: 3e-3, warmup: 100, steps: 1200, final: 1e-4 }) }),
  typical: { B: 50, samples: 70_000 },
});
