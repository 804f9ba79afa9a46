/**
 * What the peers in JavaScript share: their command line, the data, and how they tell their times.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import config from "./deno.json" with { type: "json" };

/** Samples of a step. */
export const BATCH = 100;
/** Pixels of a sample. */
export const PIXELS = 784;
/** Digits. */
export const CLASSES = 10;
/** Times that the weight of the shared layer is repeated. */
export const TILES = 10;

/** The options of a training run: see `bench/step_contestants.ts`, which gives them. */
export function readOptions() {
  const text = { type: "string" };
  const { values } = parseArgs({
    options: {
      device: text,
      form: text,
      model: text,
      chunks: text,
      chunk: text,
      data: text,
      start: text,
    },
  });
  return {
    ...values,
    chunks: Number(values.chunks),
    chunk: Number(values.chunk),
  };
}

/** A package's name and the version that `deno.json` pins. */
export function withVersion(name, specifier) {
  return `${name} ${config.imports[specifier].split("@").at(-1)}`;
}

/** Prints a message for the benchmark. */
export function tell(message) {
  console.log(JSON.stringify(message));
}

/** Tells that the contestant has finished, and ends it; threads and devices would keep it alive. */
export function finish() {
  const kibibytes = process.resourceUsage().maxRSS;
  tell({ kind: "end", peakMiB: kibibytes / 1024 });
  process.exit(0);
}

const read = (path) => new Uint8Array(readFileSync(path)).buffer;

/** Shapes of a model's parameters: a weight of [outputs, inputs], a bias of [outputs]. */
function parameterShapes(model) {
  const ordinary = model === "original";
  const hidden = ordinary ? 1000 : 900;
  return {
    W1: [1000, PIXELS],
    b1: [1000],
    W2: [hidden, ordinary ? 1000 : 1000 / TILES],
    ...(ordinary ? { b2: [hidden] } : {}),
    W3: [CLASSES, hidden],
    b3: [CLASSES],
  };
}

/** The first parameters by name: `{ values, shape }`. They lie in the file as the layers' `W` and `b`. */
export function readParameters({ model, start }) {
  const all = new Float32Array(read(`${start}/${model}.f32`));
  let at = 0;
  return Object.fromEntries(
    Object.entries(parameterShapes(model)).map(([name, shape]) => {
      const count = shape.reduce((product, size) => product * size, 1);
      return [name, { shape, values: all.slice(at, at += count) }];
    }),
  );
}

/** The training data, and a function that draws the batch of a step, counted from 0. */
export function readBatches({ data, start }) {
  const bytes = new Uint8Array(read(`${data}/train-images-idx3-ubyte`), 16);
  const images = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) images[i] = bytes[i] / 255;
  const labels = new Uint8Array(read(`${data}/train-labels-idx1-ubyte`), 8);
  const order = new Uint32Array(read(`${start}/order.u32`));
  const steps = order.length / BATCH;
  return (step) => {
    const x = new Float32Array(BATCH * PIXELS);
    const oneHot = new Float32Array(BATCH * CLASSES);
    for (let row = 0; row < BATCH; row++) {
      const sample = order[(step % steps) * BATCH + row];
      x.set(
        images.subarray(sample * PIXELS, (sample + 1) * PIXELS),
        row * PIXELS,
      );
      oneHot[row * CLASSES + labels[sample]] = 1;
    }
    return { x, oneHot };
  };
}

/**
 * Trains and tells the times: one step by itself, which may compile, then chunks of steps. The clock
 * stops when a chunk has been computed and its losses have been read, not before.
 *
 * @param step queues one step and gives its loss as a handle
 * @param losses waits for the steps of some handles and gives their losses
 */
export async function train({ chunks, chunk }, draw, step, losses) {
  let taken = 0;
  for (let at = 0; at <= chunks; at++) {
    const steps = at === 0 ? 1 : chunk;
    const started = performance.now();
    const handles = [];
    for (let i = 0; i < steps; i++) {
      handles.push(await step(draw(taken), ++taken));
    }
    const each = await losses(handles);
    const milliseconds = performance.now() - started;
    const loss = each.reduce((sum, value) => sum + value, 0) / steps;
    tell({ kind: "chunk", steps, milliseconds, loss });
  }
}
