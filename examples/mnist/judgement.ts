/** What a network makes of samples whose classes are known. @module */

/** One sample, judged. */
export interface JudgedSample {
  /** Its place among all samples, counted from 0. */
  readonly index: number;
  /** Its class. */
  readonly truth: number;
  /** The class that is most probable to the network; the first of several. */
  readonly prediction: number;
  /** The probability of the prediction. */
  readonly probability: number;
  /** Minus the logarithm of the probability of the truth. */
  readonly loss: number;
}

/** How well samples were judged. */
export interface Judgement {
  readonly samples: number;
  /** Mean cross entropy, in nats. */
  readonly loss: number;
  /** Share of samples whose prediction is the truth. */
  readonly accuracy: number;
  /** How often a class (rows) was taken for a class (columns). */
  readonly confusion: readonly (readonly number[])[];
  /** Samples whose prediction is not the truth, the largest loss first. */
  readonly mostWrong: readonly JudgedSample[];
}

/** The natural logarithms of probabilities of which only the ratios are known, in float64. */
export function logSoftmax(logits: ArrayLike<number>): readonly number[] {
  const values = Array.from(logits);
  const largest = Math.max(...values);
  const sum = values.reduce((total, each) => total + Math.exp(each - largest), 0);
  return values.map((each) => each - largest - Math.log(sum));
}

/**
 * Judges samples by the outputs of a network.
 *
 * @param logits [samples, classes], as `predict` gives them
 * @param truths the class of each sample
 * @throws {RangeError} if an output is not a finite number
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const [sample] = judge(Float32Array.of(0, Math.log(3)), Uint8Array.of(0));
 * assert.equal(sample?.prediction, 1);
 * assert.ok(Math.abs((sample?.probability ?? NaN) - 0.75) < 1e-6);
 * assert.ok(Math.abs((sample?.loss ?? NaN) - Math.log(4)) < 1e-6);
 * ```
 */
export function judge(logits: Float32Array, truths: Uint8Array): readonly JudgedSample[] {
  const classes = logits.length / truths.length;
  return Array.from(truths, (truth, at) => {
    const logs = logSoftmax(logits.subarray(at * classes, (at + 1) * classes));
    if (!logs.every(Number.isFinite)) {
      throw new RangeError(
        `Cannot judge image ${at}: the outputs of the network are not all finite; ` +
          `train it with a smaller rate.`,
      );
    }
    const most = Math.max(...logs);
    const prediction = logs.indexOf(most);
    const loss = Math.abs(logs[truth] ?? NaN); // A logarithm of a probability; never -0.
    return { index: at, truth, prediction, probability: Math.exp(most), loss };
  });
}

/**
 * Sums up.
 *
 * @param classes how many there are
 * @param worst how many of the wrong samples to keep
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const samples = judge(Float32Array.of(0, 1, 0, 1), Uint8Array.of(0, 1));
 * const { accuracy, confusion, mostWrong } = summary(samples, 2, 20);
 * assert.equal(accuracy, 0.5);
 * assert.deepEqual(confusion, [[0, 1], [0, 1]]);
 * assert.deepEqual(mostWrong.map(({ index }) => index), [0]);
 * ```
 */
export function summary(
  samples: readonly JudgedSample[],
  classes: number,
  worst: number,
): Judgement {
  const confusion = Array.from({ length: classes }, () => Array<number>(classes).fill(0));
  let loss = 0;
  for (const sample of samples) {
    loss += sample.loss;
    const row = confusion[sample.truth];
    if (row !== undefined) row[sample.prediction] = (row[sample.prediction] ?? NaN) + 1;
  }
  const wrong = samples.filter(({ truth, prediction }) => truth !== prediction);
  return {
    samples: samples.length,
    loss: loss / samples.length,
    accuracy: (samples.length - wrong.length) / samples.length,
    confusion,
    mostWrong: wrong.toSorted((a, b) => b.loss - a.loss).slice(0, worst),
  };
}
