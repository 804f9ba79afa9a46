/**
 * The error function in float64, which `Math` lacks.
 *
 * @module
 */

/** From here on `1 − erf x` is found, as a continued fraction: the series would cancel. */
const FAR = 2;

/** From here on erf x is 1 in float64: `1 − erf 6 < 2.2e-17`. */
const FLAT = 6;

/** Turns of the continued fraction; at x = 2 so many give all digits of a float64. */
const TURNS = 60;

/**
 * erf x = 2/√π · ∫₀ˣ e^(−t²) dt, to about 1e-15.
 *
 * Near 0 by its series, `erf x = 2/√π · e^(−x²) · Σₙ 2ⁿ x^(2n+1) / (1·3·…·(2n+1))`, whose terms have
 * one sign (M. Abramowitz, I. Stegun: Handbook of Mathematical Functions, 7.1.6); further out by
 * Laplace's continued fraction of `√π · e^(x²) · (1 − erf x)`, `1/(x + ½/(x + 1/(x + 3⁄2/(x + …))))`
 * (7.1.14).
 */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return NaN;
  if (size >= FLAT) return Math.sign(x);
  return Math.sign(x) * (size < FAR ? nearZero(size) : 1 - complement(size));
}

function nearZero(x: number): number {
  let term = x;
  let total = x;
  for (let n = 1; total + term !== total; n++) {
    term *= 2 * x * x / (2 * n + 1);
    total += term;
  }
  return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * total;
}

function complement(x: number): number {
  let fraction = x;
  for (let turn = TURNS; turn > 0; turn--) fraction = x + turn / 2 / fraction;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}
