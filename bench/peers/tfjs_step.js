/**
 * Trains with TensorFlow.js.
 *
 * Its WebAssembly multiplies fast only where neither operand is transposed, so matrices are transposed
 * by themselves, in the gradient too: about three times faster than `matMul` with its own flags.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { useDevice } from "./tfjs_device.js";
import {
  BATCH,
  CLASSES,
  finish,
  PIXELS,
  readBatches,
  readOptions,
  readParameters,
  TILES,
  train,
} from "./run.js";

const options = readOptions();
await useDevice(options.device);

const product = tf.customGrad((a, b, save) => {
  save([a, b]);
  return {
    value: tf.matMul(a, b),
    gradFunc: (gy, [a, b]) => [
      tf.matMul(gy, tf.transpose(b)),
      tf.matMul(tf.transpose(a), gy),
    ],
  };
});
const times = (x, W) => product(x, tf.transpose(W));

/** The middle layer in each form. */
const MIDDLE = {
  written: (h, { W2 }) => times(h, tf.tile(W2, [1, TILES])),
  folded: (h, { W2 }) => times(h.reshape([BATCH, TILES, -1]).sum(1), W2),
  ordinary: (h, { W2, b2 }) => times(h, W2).add(b2),
};

const parameters = Object.fromEntries(
  Object.entries(readParameters(options)).map((
    [name, { values, shape }],
  ) => [name, tf.variable(tf.tensor(values, shape))]),
);

function meanLoss(x, oneHot) {
  const { W1, b1, W3, b3 } = parameters;
  const first = tf.relu(times(x, W1).add(b1));
  const second = tf.relu(MIDDLE[options.form](first, parameters));
  return tf.losses.softmaxCrossEntropy(oneHot, times(second, W3).add(b3));
}

const optimizer = tf.train.adam(1e-3, 0.9, 0.999, 1e-8);

function step(batch) {
  const x = tf.tensor2d(batch.x, [BATCH, PIXELS]);
  const oneHot = tf.tensor2d(batch.oneHot, [BATCH, CLASSES]);
  const loss = optimizer.minimize(() => meanLoss(x, oneHot), true);
  x.dispose();
  oneHot.dispose();
  return loss;
}

/** The last parameter that an update writes has been computed when all of a step has. */
async function losses(handles) {
  const values = await Promise.all(handles.map((loss) => loss.data()));
  await parameters.b3.data();
  handles.forEach((loss) => loss.dispose());
  return values.map(([loss]) => loss);
}

await train(options, readBatches(options), step, losses);
finish();
