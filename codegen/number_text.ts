/** Numbers as text. @module */

/** The shortest decimal that stands for the same f32: 0.1 for 0.09999999999999998. */
export function shortestFloat(value: number): string {
  if (Object.is(value, -0)) return "-0";
  for (let digits = 1; digits < 17; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === Math.fround(value)) return String(text);
  }
  return String(value);
}
