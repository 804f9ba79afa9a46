/**
 * Weight-sharing models of other sizes than the MNIST example's, and the example's models once more
 * with an input that is declared dense.
 *
 * @module
 */
import {
  accuracy,
  adam,
  defineModel,
  dim,
  type LayerUse,
  linear,
  type ModelDeclaration,
  relu,
  sequential,
  sharedLinear,
  softmaxCrossEntropy,
  tensor,
} from "../../dsl/mod.ts";

const B = dim("B");
const pixels = tensor(B, 784).fromBytes({ divideBy: 255 });
const label = tensor(B).u32().fromBytes();

/** A classifier of `layers`, trained as the MNIST example's. */
function classifier(
  name: string,
  doc: string,
  x: typeof pixels,
  layers: readonly LayerUse[],
): ModelDeclaration {
  return defineModel({
    name,
    doc,
    inputs: { x, label },
    forward: ({ x }) => sequential(x, layers),
    loss: softmaxCrossEntropy,
    metrics: { accuracy },
    optimizer: adam(),
    typical: { B: 100, samples: 70_000 },
  });
}

/** 784 → width → outputs → 10, where the middle layer shares its weight among `n` slices. */
function sharing(name: string, width: number, n: number, outputs: number, x = pixels.sparse()) {
  return classifier(
    name,
    `784 → ${width} → ${outputs} (weight-sharing, n = ${n}) → 10`,
    x,
    [
      linear({ I: 784, O: width }),
      relu(),
      sharedLinear({ K: width / n, n, O: outputs }),
      relu(),
      linear({ I: outputs, O: 10 }),
    ],
  );
}

/** The MNIST example's weight-sharing model with a dense input. */
export const denseShared = sharing("dense_shared", 1000, 10, 900, pixels);

/** The MNIST example's ordinary model with a dense input. */
export const denseOriginal = classifier("dense_original", "784 → 1000 → 1000 → 10", pixels, [
  linear({ I: 784, O: 1000 }),
  relu(),
  linear({ I: 1000, O: 1000 }),
  relu(),
  linear({ I: 1000, O: 10 }),
]);

const tiles = (n: number) => sharing(`tiles_${n}`, 1000, n, 900);
const width = (size: number) => sharing(`width_${size}`, size, 10, size * 9 / 10);

/** The MNIST example's model with its weight used n times; `tiles10` is that model. */
export const tiles1 = tiles(1);
/** See {@linkcode tiles1}. */
export const tiles2 = tiles(2);
/** See {@linkcode tiles1}. */
export const tiles5 = tiles(5);
/** See {@linkcode tiles1}. */
export const tiles10 = tiles(10);
/** See {@linkcode tiles1}. */
export const tiles20 = tiles(20);
/** See {@linkcode tiles1}. */
export const tiles50 = tiles(50);

/** The MNIST example's model with another width; `width1000` is that model. */
export const width100 = width(100);
/** See {@linkcode width100}. */
export const width200 = width(200);
/** See {@linkcode width100}. */
export const width500 = width(500);
/** See {@linkcode width100}. */
export const width1000 = width(1000);
/** See {@linkcode width100}. */
export const width2000 = width(2000);
/** See {@linkcode width100}. */
export const width4000 = width(4000);
