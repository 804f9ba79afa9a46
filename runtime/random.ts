/**
 * Random numbers by counter: the i-th number of a stream is a pure function of the seed, the stream's
 * name and i. So initial weights and orders of samples do not depend on the device, on the number of
 * threads, or on what was drawn before.
 *
 * The generator is Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy
 * as 1, 2, 3", SC'11 (2011), section 4.3; `random_test.ts` holds its known answers.
 *
 * @module
 */

/** Where numbers come from: every (seed, name) gives numbers of its own. */
export interface RandomStream {
  /** A whole number from 0 to 2^53 - 1. */
  readonly seed: number;
  /** Any text, e.g. the name of a parameter. */
  readonly name: string;
}

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
/** Weyl constants of the key schedule: the golden ratio and √3 - 1, as fractions of 2^32. */
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;
const TWO_POW_32 = 2 ** 32;

/** The upper 32 bits of the 64-bit product of two unsigned 32-bit words. */
function multiplyHigh(a: number, b: number): number {
  // Products of 16 and 32 bits are exact in float64, and so is their sum.
  const low = Math.floor((a & 0xffff) * b / 0x10000);
  return Math.floor(((a >>> 16) * b + low) / 0x10000);
}

/**
 * One block of Philox4x32-10: encrypts a counter of four 32-bit words under a key of two, into four
 * random words.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const words = new Uint32Array(4);
 * philox4x32(new Uint32Array(4), new Uint32Array(2), words);
 * assert.deepEqual([...words], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
 * ```
 *
 * @param counter four words; left as they are
 * @param key two words; left as they are
 * @param out receives four words
 */
export function philox4x32(counter: Uint32Array, key: Uint32Array, out: Uint32Array): void {
  let [c0 = 0, c1 = 0, c2 = 0, c3 = 0] = counter;
  let [k0 = 0, k1 = 0] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** FNV-1a with 64 bits over a name's UTF-8 bytes, as two words: low, high. */
function hashName(name: string): readonly [number, number] {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(name)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return [Number(hash & 0xffffffffn), Number(hash >> 32n)];
}

/** The blocks of a stream, in order: the key is the seed, the counter is (block, name). */
class BlockReader {
  readonly words = new Uint32Array(4);
  readonly #counter: Uint32Array;
  readonly #key: Uint32Array;

  constructor({ seed, name }: RandomStream) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(
        `Cannot seed random numbers with ${seed}: expected a whole number from 0 to 2^53 - 1.`,
      );
    }
    this.#key = Uint32Array.of(seed % TWO_POW_32, Math.floor(seed / TWO_POW_32));
    this.#counter = Uint32Array.of(0, 0, ...hashName(name));
  }

  /** Puts block `index` (a whole number below 2^53) into `words`. */
  load(index: number): void {
    this.#counter[0] = index % TWO_POW_32;
    this.#counter[1] = Math.floor(index / TWO_POW_32);
    philox4x32(this.#counter, this.#key, this.words);
  }
}

/**
 * Fills `out` with numbers spread evenly over [low, high), from 24 random bits each. (Rounding to
 * float32 may give `high` itself unless the range is [0, 1).)
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const values = fillUniform(new Float32Array(1000), { seed: 1, name: "mask" }, 0, 1);
 * assert.ok(values.every((value) => value >= 0 && value < 1));
 * ```
 */
export function fillUniform<T extends Float32Array>(
  out: T,
  stream: RandomStream,
  low: number,
  high: number,
): T {
  const blocks = new BlockReader(stream);
  for (let i = 0; i < out.length; i++) {
    if (i % 4 === 0) blocks.load(i / 4);
    out[i] = low + (high - low) * ((blocks.words[i % 4] ?? 0) >>> 8) / 0x1000000;
  }
  return out;
}

/**
 * Fills `out` with normally distributed numbers: Box–Muller in float64, rounded to float32 once.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const values = fillNormal(new Float32Array(10_000), { seed: 1, name: "l1.W" }, 3, 0.5);
 * assert.ok(Math.abs(values.reduce((sum, value) => sum + value) / 10_000 - 3) < 0.02);
 * ```
 *
 * @param std standard deviation, at least 0
 */
export function fillNormal<T extends Float32Array>(
  out: T,
  stream: RandomStream,
  mean: number,
  std: number,
): T {
  const blocks = new BlockReader(stream);
  for (let i = 0; i < out.length; i += 2) {
    if (i % 4 === 0) blocks.load(i / 4);
    const first = ((blocks.words[i % 4] ?? 0) + 1) / TWO_POW_32; // (0, 1]: has a logarithm
    const second = (blocks.words[i % 4 + 1] ?? 0) / TWO_POW_32;
    const radius = std * Math.sqrt(-2 * Math.log(first));
    out[i] = mean + radius * Math.cos(2 * Math.PI * second);
    if (i + 1 < out.length) out[i + 1] = mean + radius * Math.sin(2 * Math.PI * second);
  }
  return out;
}

/**
 * Fills `out` with a permutation of 0 … out.length - 1 (Fisher–Yates; every index is drawn from 53
 * random bits, so that no order of practical length is favoured).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const order = fillPermutation(new Uint32Array(5), { seed: 1, name: "epoch 1" });
 * assert.deepEqual([...order].sort(), [0, 1, 2, 3, 4]);
 * ```
 */
export function fillPermutation<T extends Uint32Array>(out: T, stream: RandomStream): T {
  const blocks = new BlockReader(stream);
  for (let i = 0; i < out.length; i++) out[i] = i;
  for (let i = out.length - 1, draw = 0; i > 0; i--, draw++) {
    if (draw % 2 === 0) blocks.load(draw / 2);
    const at = draw % 2 * 2;
    const bits = ((blocks.words[at] ?? 0) >>> 5) * 0x4000000 + ((blocks.words[at + 1] ?? 0) >>> 6);
    const j = Math.floor(bits / 2 ** 53 * (i + 1));
    const kept = out[i] ?? 0;
    out[i] = out[j] ?? 0;
    out[j] = kept;
  }
  return out;
}
