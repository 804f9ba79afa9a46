import assert from "node:assert/strict";
import fc from "fast-check";
import { wordParts } from "./byte_words.ts";

/** What a device does with the parts of a run of bytes. */
function written(
  memory: Uint8Array<ArrayBuffer>,
  data: Uint8Array<ArrayBuffer>,
  at: number,
): Uint8Array {
  const { whole, from, shared } = wordParts(data, at);
  if (whole.length > 0) {
    assert.equal(from % 4, 0);
    assert.equal(whole.length % 4, 0);
  }
  const bytes = memory.slice();
  bytes.set(whole, from);
  const words = new DataView(bytes.buffer);
  for (const { index, mask, bits } of shared) {
    words.setUint32(4 * index, (words.getUint32(4 * index, true) & ~mask) | bits, true);
  }
  return bytes;
}

Deno.test("the parts of a run of bytes change just these bytes, wherever it begins and ends", () => {
  const memory = Uint8Array.from({ length: 40 }, (_, i) => 255 - i);
  fc.assert(
    fc.property(fc.nat(20), fc.nat(20), fc.nat(255), (at, count, first) => {
      const data = Uint8Array.from({ length: count }, (_, i) => first + i);
      const wanted = memory.slice();
      wanted.set(data, at);
      assert.deepEqual(written(memory, data, at), wanted);
    }),
    { numRuns: 500, seed: 1 },
  );
});

Deno.test("a run of whole words shares none, and one within a word is a single change", () => {
  assert.deepEqual(wordParts(new Uint8Array(8), 4).shared, []);
  assert.deepEqual(wordParts(Uint8Array.of(1, 2), 5), {
    whole: new Uint8Array(0),
    from: 7,
    shared: [{ index: 1, mask: 0x00ff_ff00, bits: 0x0002_0100 }],
  });
  assert.deepEqual(wordParts(new Uint8Array(0), 3).shared, []);
});
