/**
 * Times single matrix products of TensorFlow.js. Where an operand is stored transposed, both ways to
 * say so are tried, and the faster one is told: flags of `matMul`, and transposing by itself.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { measure, operand, readOptions, shapes } from "./products.js";
import { finish } from "./run.js";
import { useDevice } from "./tfjs_device.js";

const options = readOptions();
await useDevice(options.device);

const transposed = (x, letter) => letter === "T" ? tf.transpose(x) : x;

for (const product of options.products) {
  const { layout } = product;
  const [a, b] = shapes(product).map((shape) =>
    tf.tensor(operand(shape), shape)
  );
  const ways = layout === "NN" ? [() => tf.matMul(a, b)] : [
    () => tf.matMul(a, b, layout[0] === "T", layout[1] === "T"),
    () => tf.matMul(transposed(a, layout[0]), transposed(b, layout[1])),
  ];
  const calls = (multiply) => async (count) => {
    tf.tidy(() => {
      for (let i = 1; i < count; i++) multiply();
    });
    // A corner of the last product exists when all of them have been computed.
    const corner = tf.tidy(() => tf.slice(multiply(), [0, 0], [1, 1]));
    await corner.data();
    corner.dispose();
  };
  const times = [];
  for (const way of ways) {
    await calls(way)(1);
    const started = performance.now();
    await calls(way)(1);
    times.push(performance.now() - started);
  }
  const fastest = ways[times.indexOf(Math.min(...times))];
  await measure(product, options, calls(fastest));
  a.dispose();
  b.dispose();
}
finish();
