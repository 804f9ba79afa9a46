import assert from "node:assert/strict";
import { mnistShared } from "../../generated/mnist_shared/mnist_shared.ts";
import type { LoadedModule } from "../../runtime/backend.ts";
import { fillEpochOrder } from "../../runtime/data/batches.ts";
import type { ByteChunks } from "../../runtime/data/byte_file.ts";
import { initialiseModule } from "../../runtime/parameters.ts";
import { SampleTables } from "../../runtime/train/tables.ts";
import { openWasm } from "../../runtime/wasm/backend.ts";
import { openMnist } from "./mnist_files.ts";

const STEPS = 20, BATCH = 50, SEED = 7, WIDTH = 784;

async function bytesOf(chunks: ByteChunks): Promise<Uint8Array> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of chunks) parts.push(chunk.slice());
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** The losses of some steps, each on the batch that `give` puts into the inputs. */
async function losses(
  model: LoadedModule<typeof mnistShared>,
  dims: Readonly<Record<string, number>>,
  give: (first: number) => void,
): Promise<readonly number[]> {
  initialiseModule(model, dims, SEED);
  const found: number[] = [];
  for (let step = 1; step <= STEPS; step++) {
    give((step - 1) * BATCH);
    model.run("step", { B: BATCH, step });
    found.push(...await model.read("loss_total"));
  }
  return found;
}

Deno.test("steps on drawn batches have the losses of steps on batches that the host gathers, bit for bit", async () => {
  // The smaller files will do.
  const { validation: samples } = await openMnist();
  const [pixels, digits] = [await bytesOf(samples.features()), await bytesOf(samples.labels())];
  const dims = { B: BATCH, samples: 2 * samples.count };
  const backend = await openWasm();
  const model = await backend.load(mnistShared, dims);
  const tables = new SampleTables(model, samples, samples);
  await tables.fill();
  tables.shuffle(SEED, 1);
  const drawn = await losses(model, dims, (first) => tables.draw(first, BATCH));

  const order = fillEpochOrder(new Uint32Array(samples.count), SEED, 1);
  const gathered = await losses(model, dims, (first) => {
    const chosen = [...order.subarray(first, first + BATCH)];
    const rows = chosen.map((row) => pixels.subarray(row * WIDTH, (row + 1) * WIDTH));
    model.write("x", Float32Array.from(rows.flatMap((row) => [...row]), (byte) => byte / 255));
    model.write("label", Uint32Array.from(chosen, (row) => digits[row] ?? NaN));
  });
  assert.equal(drawn.length, STEPS);
  assert.deepEqual(drawn, gathered);
  // The comparison is only worth something where the model learns.
  const [first = NaN, second = NaN] = drawn;
  assert.ok((drawn.at(-1) ?? NaN) - (drawn.at(-2) ?? NaN) < 0.5 * (second - first));
  await backend.dispose();
});
