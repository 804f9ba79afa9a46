/** Draws batches from tables of bytes on any backend, and compares them with what the bytes say. @module */
import assert from "node:assert/strict";
import { accuracy, linear, softmaxCrossEntropy } from "../../dsl/layers/mod.ts";
import { tensor } from "../../dsl/declare.ts";
import { dim, type Extent } from "../../dsl/dim.ts";
import { defineModel, type ModelDeclaration } from "../../dsl/model.ts";
import { sgd } from "../../dsl/optimizers/sgd.ts";
import { reshape, type Tensor } from "../../dsl/tensor.ts";
import type { Backend, LoadedModule } from "../../runtime/backend.ts";
import { fillPermutation } from "../../runtime/random.ts";
import { withFreshModule } from "../../explain/temporary_module.ts";

const B = dim("B");

/** A classifier of images of some size, which are drawn from bytes like their labels. */
export function drawingModel(rows: number, columns: number, divisor: number): ModelDeclaration {
  const width: Extent = rows * columns;
  return defineModel({
    name: "drawing",
    inputs: {
      x: tensor(B, rows, columns).fromBytes({ divideBy: divisor }),
      label: tensor(B).u32().fromBytes(),
    },
    forward: ({ x }) => linear({ O: 3 })(reshape(x, [B, width]) as Tensor),
    loss: softmaxCrossEntropy,
    metrics: { accuracy },
    optimizer: sgd(),
  });
}

/** Numbers of samples, rows, columns and of the largest batch: ones, primes, and one width of whole words. */
export const DRAWN_SIZES: readonly (readonly [number, number, number, number])[] = [
  [1, 1, 1, 1],
  [7, 1, 3, 5],
  [11, 5, 1, 4],
  [13, 2, 4, 13],
  [10, 7, 11, 3],
];

/** Every byte occurs, in an order that looks random. */
function bytesOf(count: number, name: string): Uint8Array<ArrayBuffer> {
  const order = fillPermutation(new Uint32Array(count), { seed: 3, name });
  return Uint8Array.from(order, (place) => place % 256);
}

/**
 * Fills the tables, in parts that begin and end within words, and draws every batch in several orders,
 * partial ones included: each value is the nearest f32 to byte / divisor, or as near as is asked for.
 *
 * @param tolerance how far a value may be off, in proportion to its size; 0 is always 0
 */
export async function checkDraws(
  backend: Backend,
  [samples, rows, columns, batch]: readonly [number, number, number, number],
  { divisor = 255, tolerance = 0 }: { readonly divisor?: number; readonly tolerance?: number } = {},
): Promise<void> {
  const width = rows * columns;
  const [pixels, labels] = [bytesOf(samples * width, "pixels"), bytesOf(samples, "labels")];
  await withFreshModule(drawingModel(rows, columns, divisor), async (module) => {
    const loaded = await backend.load(module, { B: batch, samples });
    for (let row = 0; row < samples; row += 2) {
      loaded.write("x_data", pixels.subarray(row * width, (row + 2) * width), row * width);
      loaded.write("label_data", labels.subarray(row, row + 2), row);
    }
    for (const name of ["first order", "second order"]) {
      const order = fillPermutation(new Uint32Array(samples), { seed: 1, name });
      loaded.write("order", order);
      for (let start = 0; start < samples; start += batch) {
        const size = Math.min(batch, samples - start);
        await checkBatch(loaded, { start, size }, [...order.subarray(start, start + size)], {
          pixels,
          labels,
          divisor,
          tolerance,
        });
      }
    }
    const beyond = { B: batch, start: samples - batch + 1 };
    assert.throws(
      () => loaded.run("draw", beyond),
      new RangeError(
        `Cannot run program "draw" of module "drawing": scalar "start" is ${beyond.start}; ` +
          `give a whole number from 0 to ${samples - batch}`,
      ),
    );
    loaded.dispose();
  });
}

async function checkBatch(
  loaded: LoadedModule,
  { start, size }: { readonly start: number; readonly size: number },
  chosen: readonly number[],
  { pixels, labels, divisor, tolerance }: {
    readonly pixels: Uint8Array;
    readonly labels: Uint8Array;
    readonly divisor: number;
    readonly tolerance: number;
  },
): Promise<void> {
  const width = pixels.length / labels.length;
  loaded.run("draw", { B: size, start });
  const wanted = chosen.flatMap((sample) =>
    [...pixels.subarray(sample * width, (sample + 1) * width)].map((byte) =>
      Math.fround(byte / divisor)
    )
  );
  const x = await loaded.read("x");
  assert.equal(x.length, wanted.length);
  wanted.forEach((value, i) => {
    const got = x[i] ?? NaN;
    assert.ok(Math.abs(got - value) <= tolerance * value, `x[${i}] is ${got}, wanted ${value}`);
  });
  assert.deepEqual([...await loaded.read("label")], chosen.map((sample) => labels[sample]));
}
