import assert from "node:assert/strict";
import fc from "fast-check";
import { fillNormal, fillPermutation, fillUniform, philox4x32 } from "./random.ts";

function philox(counter: readonly number[], key: readonly number[]): number[] {
  const out = new Uint32Array(4);
  philox4x32(Uint32Array.from(counter), Uint32Array.from(key), out);
  return [...out];
}

Deno.test("philox4x32 gives the known answers of its authors", () => {
  assert.deepEqual(philox([0, 0, 0, 0], [0, 0]), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
  const ones = 0xffffffff;
  assert.deepEqual(
    philox([ones, ones, ones, ones], [ones, ones]),
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  );
  // Digits of pi, as in the authors' table.
  assert.deepEqual(
    philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]),
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  );
});

Deno.test("philox4x32 agrees with the same rounds in big integers", () => {
  const word = fc.integer({ min: 0, max: 0xffffffff });
  const words = (count: number) => fc.array(word, { minLength: count, maxLength: count });
  fc.assert(fc.property(words(4), words(2), (counter, key) => {
    let [a, b, c, d] = counter.map(BigInt) as [bigint, bigint, bigint, bigint]; // four by construction
    let [k, l] = key.map(BigInt) as [bigint, bigint]; // two by construction
    const low = (value: bigint) => value & 0xffffffffn;
    for (let round = 0; round < 10; round++) {
      const p = 0xd2511f53n * a, q = 0xcd9e8d57n * c;
      [a, b, c, d] = [(q >> 32n) ^ b ^ k, low(q), (p >> 32n) ^ d ^ l, low(p)];
      k = low(k + 0x9e3779b9n);
      l = low(l + 0xbb67ae85n);
    }
    assert.deepEqual(philox(counter, key), [a, b, c, d].map(Number));
  }));
});

Deno.test("a longer draw begins with the shorter one", () => {
  fc.assert(
    fc.property(fc.nat(50), fc.nat(50), fc.maxSafeNat(), fc.string(), (a, b, seed, name) => {
      const [short, long] = [Math.min(a, b), Math.max(a, b)];
      for (const fill of [fillUniform, fillNormal]) {
        const few = fill(new Float32Array(short), { seed, name }, 0, 1);
        const many = fill(new Float32Array(long), { seed, name }, 0, 1);
        assert.deepEqual(few, many.subarray(0, short));
      }
    }),
  );
});

Deno.test("seeds and names give different numbers", () => {
  const draw = (seed: number, name: string) =>
    fillUniform(new Float32Array(4), { seed, name }, 0, 1).join();
  const draws = [draw(0, "W"), draw(1, "W"), draw(0, "b"), draw(2 ** 32, "W"), draw(0, "")];
  assert.equal(new Set(draws).size, draws.length);
  assert.equal(draw(7, "W"), draw(7, "W"));
});

/** Mean and standard deviation. */
function moments(values: Float32Array): [number, number] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return [mean, Math.sqrt(variance)];
}

Deno.test("uniform numbers have the range, mean and spread asked for", () => {
  const values = fillUniform(new Float32Array(100_000), { seed: 3, name: "u" }, -2, 6);
  assert.ok(values.every((value) => value >= -2 && value <= 6));
  const [mean, std] = moments(values);
  assert.ok(Math.abs(mean - 2) < 0.03, `mean ${mean}`);
  assert.ok(Math.abs(std - 8 / Math.sqrt(12)) < 0.02, `std ${std}`);
});

Deno.test("normal numbers have the mean, spread and tails asked for", () => {
  const values = fillNormal(new Float32Array(100_001), { seed: 3, name: "n" }, 1, 2);
  const [mean, std] = moments(values);
  assert.ok(Math.abs(mean - 1) < 0.03, `mean ${mean}`);
  assert.ok(Math.abs(std - 2) < 0.02, `std ${std}`);
  const inside = values.filter((value) => Math.abs(value - 1) < 2).length / values.length;
  assert.ok(Math.abs(inside - 0.6827) < 0.005, `within one std: ${inside}`);
  assert.ok(values.every(Number.isFinite));
});

Deno.test("a permutation holds every index once", () => {
  fc.assert(fc.property(fc.nat(300), fc.maxSafeNat(), (count, seed) => {
    const order = fillPermutation(new Uint32Array(count), { seed, name: "order" });
    assert.deepEqual([...order].sort((a, b) => a - b), Array.from({ length: count }, (_, i) => i));
  }));
});

Deno.test("all orders of three are equally frequent", () => {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 6000; seed++) {
    const order = fillPermutation(new Uint32Array(3), { seed, name: "order" }).join();
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.equal(counts.size, 6);
  for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 150, `${count}`);
});

Deno.test("a seed that is no whole number is refused", () => {
  for (const seed of [-1, 0.5, NaN, 2 ** 53]) {
    assert.throws(
      () => fillUniform(new Float32Array(1), { seed, name: "W" }, 0, 1),
      new RangeError(
        `Cannot seed random numbers with ${seed}: expected a whole number from 0 to 2^53 - 1.`,
      ),
    );
  }
});
