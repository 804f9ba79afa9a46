/**
 * Times single matrix products of jax-js, each compiled by `jit`; transposing is part of it.
 *
 * @module
 */
import {
  blockUntilReady,
  defaultDevice,
  init,
  jit,
  numpy as np,
} from "@jax-js/jax";
import { measure, operand, readOptions, shapes } from "./products.js";
import { finish, tell, withVersion } from "./run.js";

const options = readOptions();
const devices = await init(options.device);
if (!devices.includes(options.device)) {
  throw new Error(`jax-js has no ${options.device} here`);
}
defaultDevice(options.device);
tell({
  kind: "about",
  engine: withVersion("jax-js", "@jax-js/jax"),
  device: options.device,
  threads: options.device === "wasm" ? navigator.hardwareConcurrency : 1,
});

for (const product of options.products) {
  const [a, b] = shapes(product).map((shape) =>
    np.array(operand(shape)).reshape(shape)
  );
  const transposed = (x, letter) => letter === "T" ? np.transpose(x) : x;
  const multiply = jit((x, y) =>
    np.matmul(
      transposed(x, product.layout[0]),
      transposed(y, product.layout[1]),
    )
  );
  await measure(product, options, async (calls) => {
    // An array that is given up before it was computed never is: all are kept until all are there.
    const results = Array.from({ length: calls }, () => multiply(a.ref, b.ref));
    await blockUntilReady(results);
    results.forEach((result) => result.dispose());
  });
  a.dispose();
  b.dispose();
}
finish();
