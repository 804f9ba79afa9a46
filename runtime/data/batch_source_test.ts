import assert from "node:assert/strict";
import { decodeNpz, encodeNpz } from "../formats/npz.ts";
import type { NamedArray } from "../formats/named_array.ts";
import { arrayBatches } from "./batch_source.ts";

/** Rows that tell their number. */
function rows(count: number, width: number): NamedArray {
  const data = Float32Array.from({ length: count * width }, (_, at) => Math.floor(at / width));
  return { dtype: "f32", shape: [count, width], data };
}

const labels = (count: number): NamedArray => ({
  dtype: "u32",
  shape: [count],
  data: Uint32Array.from({ length: count }, (_, row) => row),
});

/** The numbers of the rows of each batch. */
function visited(source: ReturnType<typeof arrayBatches>, epoch: number, from = 0): number[][] {
  return Array.from(source.epoch(epoch, from), ({ size, inputs }) => {
    const [x, label] = [inputs["x"], inputs["label"]];
    assert.ok(x && label);
    assert.deepEqual([x.length, label.length], [3 * size, size]);
    label.forEach((row, i) => assert.deepEqual([...x.subarray(3 * i, 3 * i + 3)], [row, row, row]));
    return [...label];
  });
}

for (const [count, batchSize] of [[1, 1], [13, 4], [12, 4], [5, 50]] as const) {
  Deno.test(`${count} samples in batches of ${batchSize} are each seen once in an epoch`, () => {
    const arrays = { x: rows(count, 3), label: labels(count) };
    const source = arrayBatches(arrays, { batchSize, seed: 3 });
    const first = visited(source, 1);
    assert.equal(first.length, source.batches);
    assert.deepEqual(first.flat().toSorted((a, b) => a - b), [...labels(count).data]);
    assert.deepEqual(visited(source, 1), first);
    for (let from = 0; from <= source.batches; from++) {
      assert.deepEqual(visited(source, 1, from), first.slice(from));
    }
    if (count > 10) assert.notDeepEqual(visited(source, 2), first);
    const unshuffled = arrayBatches(arrays, { batchSize });
    assert.deepEqual(visited(unshuffled, 2).flat(), [...labels(count).data]);
  });
}

Deno.test("arrays of an NPZ file are batches", () => {
  const arrays = decodeNpz(encodeNpz(new Map([["x", rows(4, 3)], ["label", labels(4)]])), "a.npz");
  const source = arrayBatches(Object.fromEntries(arrays), { batchSize: 2 });
  assert.deepEqual(visited(source, 1), [[0, 1], [2, 3]]);
});

Deno.test("arrays that hold no samples, or not the same ones, are refused", () => {
  const make = (arrays: Readonly<Record<string, NamedArray>>, batchSize = 1) => () =>
    arrayBatches(arrays, { batchSize });
  assert.throws(make({}), /^DataError: Cannot make batches of no arrays/);
  assert.throws(make({ x: rows(0, 3) }), /array "x": its shape \[0, 3\] has no samples\.$/);
  assert.throws(
    make({ x: rows(4, 3), label: labels(5) }),
    /array "x" has 4 samples, but "label" has the shape \[5\]; /,
  );
  assert.throws(make({ x: rows(4, 3) }, 0), /batches of 0 samples: give a whole number from 1\.$/);
});
