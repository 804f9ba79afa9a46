import assert from "node:assert/strict";
import fc from "fast-check";
import { BatchBuffer, batchCount, fileOrder, fillEpochOrder } from "./batches.ts";
import type { LabelledBytes } from "./labelled_bytes.ts";

/** Sample i has features [i, i, …] and label i. */
function counted(count: number, width: number): LabelledBytes {
  const labels = Uint8Array.from({ length: count }, (_, index) => index);
  const features = Uint8Array.from({ length: count * width }, (_, at) => Math.floor(at / width));
  return { count, width, features, labels };
}

Deno.test("an epoch's order is a permutation that depends on seed and epoch alone", () => {
  fc.assert(fc.property(fc.nat(200), fc.maxSafeNat(), fc.nat(1000), (count, seed, epoch) => {
    const order = fillEpochOrder(new Uint32Array(count), seed, epoch);
    assert.deepEqual(order.toSorted(), fileOrder(count));
    assert.deepEqual(fillEpochOrder(new Uint32Array(count).fill(9), seed, epoch), order);
  }));
});

Deno.test("other epochs and other seeds have other orders", () => {
  const order = (seed: number, epoch: number) =>
    fillEpochOrder(new Uint32Array(50), seed, epoch).join();
  assert.equal(new Set([order(0, 1), order(0, 2), order(1, 1), order(1, 2)]).size, 4);
});

Deno.test("batches cover every sample once, scaled, in order", () => {
  const small = fc.integer({ min: 1, max: 40 });
  fc.assert(fc.property(fc.nat(120), small, small, (count, width, batchSize) => {
    const data = counted(count, width);
    const order = fillEpochOrder(new Uint32Array(count), 1, 1);
    const batch = new BatchBuffer(data, batchSize);
    const seen: number[] = [];
    for (let index = 0; index < batch.batches; index++) {
      batch.gather(order, index);
      assert.equal(batch.labels.length, batch.size);
      assert.equal(batch.features.length, batch.size * width);
      batch.features.forEach((value, at) => {
        assert.equal(value, Math.fround((batch.labels[Math.floor(at / width)] ?? NaN) / 255));
      });
      seen.push(...batch.labels);
    }
    assert.deepEqual(seen, [...order]);
  }));
});

Deno.test("the last batch is partial unless the batch size divides the count", () => {
  const batch = new BatchBuffer(counted(5, 1), 2);
  const sizes = [0, 1, 2].map((index) => (batch.gather(fileOrder(5), index), batch.size));
  assert.deepEqual(sizes, [2, 2, 1]);
  assert.equal(batchCount(4, 2), 2);
  assert.equal(batchCount(0, 2), 0);
});

Deno.test("bytes 0 and 255 become exactly 0 and 1", () => {
  const data = {
    count: 1,
    width: 2,
    features: Uint8Array.of(0, 255),
    labels: Uint8Array.of(0),
  };
  const batch = new BatchBuffer(data, 1);
  batch.gather(fileOrder(1), 0);
  assert.deepEqual(batch.features, Float32Array.of(0, 1));
});

Deno.test("gathering reuses the same memory", () => {
  const batch = new BatchBuffer(counted(5, 1), 2);
  const memory = batch.features.buffer;
  const views = new Set<unknown>();
  for (let pass = 0; pass < 10; pass++) {
    for (let index = 0; index < 3; index++) {
      batch.gather(fileOrder(5), index);
      assert.equal(batch.features.buffer, memory);
      views.add(batch.features).add(batch.labels);
    }
  }
  assert.equal(views.size, 4);
});
