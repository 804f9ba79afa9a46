/** Amounts with units. @module */

const PREFIXES = ["", "k", "M", "G", "T"] as const;

/** A number with three digits, a prefix and a unit: `1.25 MFLOP`; a whole one below a thousand with all. */
export function amountText(value: number, unit: string): string {
  let step = 0;
  let scaled = value;
  while (scaled >= 1000 && step < PREFIXES.length - 1) {
    scaled /= 1000;
    step++;
  }
  const digits = step === 0 && Number.isInteger(scaled) ? String(scaled) : scaled.toPrecision(3);
  return `${digits} ${PREFIXES[step]}${unit}`.trim();
}

/** Bytes with a prefix. */
export function bytesText(bytes: number): string {
  return amountText(bytes, "B");
}
