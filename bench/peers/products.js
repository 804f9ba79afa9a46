/**
 * What the peers in JavaScript share where single matrix products are measured: the list of products,
 * and the clock.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { tell } from "./run.js";

/** Calls between two looks at the clock take about this long. */
const BLOCK_SECONDS = 0.02;

/** A look at the clock waits for the device; where that takes long, at least so many calls share it. */
const LEAST_CALLS = { wasm: 1, webgpu: 4 };

/** The options of a run: see `bench/kernels.ts`, which gives them. */
export function readOptions() {
  const text = { type: "string" };
  const { values } = parseArgs({
    options: { device: text, products: text, seconds: text },
  });
  return {
    ...values,
    products: JSON.parse(values.products),
    seconds: Number(values.seconds),
  };
}

/** Shapes of the two operands as they lie in memory: `T` says that one is stored transposed. */
export function shapes({ layout, m, n, k }) {
  return [
    layout[0] === "N" ? [m, k] : [k, m],
    layout[1] === "N" ? [k, n] : [n, k],
  ];
}

/** Numbers of about the size of activations, the same in every run. */
export function operand(shape) {
  const count = shape[0] * shape[1];
  return Float32Array.from(
    { length: count },
    (_, i) => ((i * 7919) % 1000) / 1000 - 0.5,
  );
}

/**
 * Times calls for some seconds, in blocks, and tells the block at median and the best. One call goes
 * ahead, in which a library may compile.
 *
 * @param calls makes that many calls and waits for them
 */
export async function measure({ name }, { seconds, device }, calls) {
  await calls(1);
  const started = performance.now();
  await calls(1);
  const once = (performance.now() - started) / 1000;
  const perBlock = Math.max(
    LEAST_CALLS[device],
    Math.floor(BLOCK_SECONDS / once),
  );
  const blocks = [];
  for (let spent = 0; blocks.length < 2 || spent < seconds;) {
    const start = performance.now();
    await calls(perBlock);
    const elapsed = performance.now() - start;
    blocks.push(elapsed / perBlock);
    spent += elapsed / 1000;
  }
  blocks.sort((a, b) => a - b);
  const median = blocks[Math.floor(blocks.length / 2)];
  tell({
    kind: "product",
    name,
    median,
    best: blocks[0],
    calls: blocks.length * perBlock,
  });
}
