import assert from "node:assert/strict";
import fc from "fast-check";
import { batchCount, fillEpochOrder } from "./batches.ts";

Deno.test("an epoch's order is a permutation that depends on seed and epoch alone", () => {
  fc.assert(fc.property(fc.nat(200), fc.maxSafeNat(), fc.nat(1000), (count, seed, epoch) => {
    const order = fillEpochOrder(new Uint32Array(count), seed, epoch);
    assert.deepEqual([...order.toSorted()], Array.from({ length: count }, (_, index) => index));
    assert.deepEqual(fillEpochOrder(new Uint32Array(count).fill(9), seed, epoch), order);
  }));
});

Deno.test("other epochs and other seeds have other orders", () => {
  const order = (seed: number, epoch: number) =>
    fillEpochOrder(new Uint32Array(50), seed, epoch).join();
  assert.equal(new Set([order(0, 1), order(0, 2), order(1, 1), order(1, 2)]).size, 4);
});

Deno.test("the last batch is partial unless the batch size divides the count", () => {
  assert.equal(batchCount(5, 2), 3);
  assert.equal(batchCount(4, 2), 2);
  assert.equal(batchCount(0, 2), 0);
});
