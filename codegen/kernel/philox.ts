/**
 * Random numbers by counter: Philox2x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As
 * Easy as 1, 2, 3", SC'11 (2011), section 4.3. `philox_test.ts` holds known answers of its authors.
 *
 * @module
 */

/** The multiplier of a round, and what each round adds to the key. */
export const PHILOX = { multiplier: 0xd256d193, weyl: 0x9e3779b9, rounds: 10 } as const;

/** The upper 32 bits of the 64-bit product of two unsigned 32-bit words. */
function multiplyHigh(a: number, b: number): number {
  // Products of 16 and 32 bits are exact in float64, and so is their sum.
  const low = Math.floor((a & 0xffff) * b / 0x10000);
  return Math.floor(((a >>> 16) * b + low) / 0x10000);
}

/** The first word of the block that a counter of two words is encrypted to under a key. */
export function philox2x32(low: number, high: number, key: number): number {
  let [a, b, k] = [low >>> 0, high >>> 0, key >>> 0];
  for (let round = 0; round < PHILOX.rounds; round++) {
    const upper = multiplyHigh(PHILOX.multiplier, a);
    [a, b] = [(upper ^ k ^ b) >>> 0, Math.imul(PHILOX.multiplier, a) >>> 0];
    k = (k + PHILOX.weyl) >>> 0;
  }
  return a;
}
