/** What a network says about one picture, in words and bars. @module */
import { drawDigit } from "./digit_drawing.ts";
import { logSoftmax } from "./judgement.ts";

/** What a network says about one picture. */
export interface Prediction {
  /** The picture's path. */
  readonly file: string;
  /** The most probable digit. */
  readonly digit: number;
  /** The probability of that digit. */
  readonly probability: number;
  /** Of each digit from 0 on; their sum is 1. */
  readonly probabilities: readonly number[];
}

/**
 * What the outputs of a network mean.
 *
 * @param logits one for each digit
 * @throws {RangeError} if one is not a finite number
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const { digit, probability } = predictionOf("a.png", Float32Array.of(0, Math.log(3)));
 * assert.equal(digit, 1);
 * assert.ok(Math.abs(probability - 0.75) < 1e-6);
 * ```
 */
export function predictionOf(file: string, logits: Float32Array): Prediction {
  const logs = logSoftmax(logits);
  if (!logs.every(Number.isFinite)) {
    throw new RangeError(
      `Cannot tell the digit of ${file}: the outputs of the network are not all finite; ` +
        `train it with a smaller rate.`,
    );
  }
  const probabilities = logs.map(Math.exp);
  const probability = Math.max(...probabilities);
  return { file, digit: probabilities.indexOf(probability), probability, probabilities };
}

/** Characters of the longest bar. */
const BAR_LENGTH = 24;
/** The end of a bar: nothing to seven eighths of a character. */
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/**
 * The answer, and below it what the network saw beside the probabilities of all digits.
 *
 * @param pixels 28 × 28, from 0 to 1
 */
export function describePrediction(
  { file, digit, probability, probabilities }: Prediction,
  pixels: ArrayLike<number>,
): string {
  const bars = probabilities.map((each, at) =>
    `${at}  ${bar(each).padEnd(BAR_LENGTH)}  ${percent(each).padStart(7)}`
  );
  const drawing = framed(drawDigit(pixels));
  const above = (drawing.length - bars.length) >> 1;
  const lines = drawing.map((line, at) => `${line}   ${bars[at - above] ?? ""}`.trimEnd());
  return [`${file}: ${digit} (${percent(probability)})`, "", ...lines].join("\n");
}

/** What the network saw has edges that cannot be told from black. */
function framed(lines: readonly string[]): readonly string[] {
  const edge = "─".repeat(lines[0]?.length ?? 0);
  return [`┌${edge}┐`, ...lines.map((line) => `│${line}│`), `└${edge}┘`];
}

function bar(share: number): string {
  const eighths = Math.round(share * BAR_LENGTH * EIGHTHS.length);
  const whole = Math.floor(eighths / EIGHTHS.length);
  return "█".repeat(whole) + (EIGHTHS[eighths % EIGHTHS.length] ?? "");
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
