/** Floats of every size, to try functions on, and how far their results are off. @module */

/** The distance of two floats in units of the last place of the wanted one. */
export function unitsApart(got: number, wanted: number): number {
  // Beyond the largest float there is only infinity.
  if (Object.is(got, Math.fround(wanted))) return 0;
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(wanted))));
  return Math.abs(got - wanted) / 2 ** (exponent - 23);
}

/** Floats of every size, by their bits, `step` apart. */
export function* floats(low: number, high: number, step: number): Generator<number> {
  const view = new DataView(new ArrayBuffer(4));
  for (let bits = low; bits < high; bits += step) {
    view.setUint32(0, bits);
    yield view.getFloat32(0);
  }
}

const POSITIVE = [0, 0x7f800000] as const, NEGATIVE = [0x80000000, 0xff800000] as const;

/** Functions that targets compute by themselves, where they are defined, and how exactly they are to be. */
export const ELEMENTARY_SWEEPS = [
  { name: "exp", ranges: [POSITIVE, NEGATIVE], units: 1 },
  { name: "log", ranges: [POSITIVE], units: 1 },
  { name: "tanh", ranges: [POSITIVE, NEGATIVE], units: 2 },
] as const;
