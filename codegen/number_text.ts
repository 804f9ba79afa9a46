/** Numbers as text. @module */

/** The largest finite f32. A decimal above it is no f32, even where it would round to this one. */
const LARGEST = 3.4028234663852886e38;

/** The shortest decimal that stands for the same f32: 0.1 for 0.09999999999999998. */
export function shortestFloat(value: number): string {
  if (Object.is(value, -0)) return "-0";
  const exact = Math.fround(value);
  for (let digits = 1; digits <= 17; digits++) {
    const text = Number(value.toPrecision(digits));
    const fits = Math.fround(text) === exact && Math.abs(text) <= LARGEST;
    if (fits) return String(text);
  }
  return String(exact);
}
