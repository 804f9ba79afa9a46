import assert from "node:assert/strict";
import { judge, logSoftmax, summary } from "./judgement.ts";

/** Numbers that look random, around 0. */
function numbers(count: number, seed: number): number[] {
  return Array.from(
    { length: count },
    (_, at) => ((Math.imul(at + seed, 2654435761) >>> 3) % 10_007) / 700 - 7,
  );
}

Deno.test("losses, predictions and sums are what their definitions say", () => {
  const [samples, classes] = [211, 7];
  const logits = Float32Array.from(numbers(samples * classes, 5));
  const truths = Uint8Array.from(numbers(samples, 11), (each) => Math.floor(each + 7) % classes);
  const judged = judge(logits, truths);
  const { loss, accuracy, confusion, mostWrong } = summary(judged, classes, 20);

  let [losses, correct] = [0, 0];
  const counts = new Map<string, number>();
  const wrong: { index: number; loss: number }[] = [];
  for (let b = 0; b < samples; b++) {
    const powers = Array.from(
      logits.slice(b * classes, (b + 1) * classes),
      (each) => Math.E ** each,
    );
    const total = powers.reduce((sum, each) => sum + each);
    const truth = truths[b] ?? NaN;
    const [best = NaN] = [...powers.keys()].sort((i, j) => (powers[j] ?? NaN) - (powers[i] ?? NaN));
    const sampleLoss = -Math.log((powers[truth] ?? NaN) / total);
    losses += sampleLoss;
    correct += best === truth ? 1 : 0;
    counts.set(`${truth} ${best}`, (counts.get(`${truth} ${best}`) ?? 0) + 1);
    if (best !== truth) wrong.push({ index: b, loss: sampleLoss });
    assert.equal(judged[b]?.prediction, best);
    assert.ok(Math.abs((judged[b]?.probability ?? NaN) - (powers[best] ?? NaN) / total) < 1e-12);
  }
  assert.ok(Math.abs(loss - losses / samples) < 1e-12);
  assert.ok(Math.abs(accuracy - correct / samples) < 1e-12);
  confusion.forEach((row, truth) =>
    row.forEach((count, guess) => assert.equal(count, counts.get(`${truth} ${guess}`) ?? 0))
  );
  wrong.sort((a, b) => b.loss - a.loss);
  assert.ok(wrong.length > 20);
  assert.deepEqual(mostWrong.map(({ index }) => index), wrong.slice(0, 20).map((a) => a.index));
});

Deno.test("outputs as large as f32 has them give finite losses", () => {
  assert.deepEqual(logSoftmax([3e38, -3e38, 3e38]), [-Math.log(2), -6e38, -Math.log(2)]);
  assert.deepEqual(logSoftmax([5]), [0]);
  const [sample] = judge(Float32Array.of(0, -1e4), Uint8Array.of(1));
  assert.deepEqual(sample, { index: 0, truth: 1, prediction: 0, probability: 1, loss: 1e4 });
});

Deno.test("of outputs that are equal the first is the prediction", () => {
  const [sample] = judge(Float32Array.of(1, 2, 2), Uint8Array.of(2));
  assert.equal(sample?.prediction, 1);
});

Deno.test("outputs that are not finite are refused with the image", () => {
  for (const broken of [NaN, Infinity]) {
    assert.throws(
      () => judge(Float32Array.of(0, 1, broken, 2), Uint8Array.of(0, 0)),
      /^RangeError: Cannot judge image 1: the outputs of the network are not all finite/,
    );
  }
});

Deno.test("what is right is not among the most wrong", () => {
  const judged = judge(Float32Array.of(1, 0, 0, 1, 3, 0), Uint8Array.of(0, 0, 1));
  const { mostWrong } = summary(judged, 2, 20);
  assert.deepEqual(mostWrong.map(({ index }) => index), [2, 1]);
  assert.deepEqual(summary(judged, 2, 1).mostWrong.map(({ index }) => index), [2]);
});
