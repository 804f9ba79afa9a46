import assert from "node:assert/strict";
import { sketches } from "../codegen/testing/sketch.ts";
import { trialOf } from "../codegen/testing/trial.ts";
import { Coverage } from "./coverage.ts";

Deno.test("a summary counts what was tried, by op, and says what was not", () => {
  const coverage = new Coverage();
  coverage.skip();
  coverage.graphs.compared = 3;
  coverage.graphs.outOfRange = 1;
  assert.match(coverage.summary(), /never tried: input, constant, .*einsum$/);
  const trial = trialOf({
    steps: [{ make: "exp", choices: [] }],
    dims: { B: 2, K: 3, n: 1 },
    values: "any",
    seed: 1,
    rewritten: true,
  });
  assert.ok(trial);
  coverage.add(trial);
  const summary = coverage.summary();
  assert.match(summary, /^1 declarations compared, 1 left out as too large/);
  assert.match(summary, /^2 programs, 2 kernels; most nodes of a program: 4, most kernels: 1$/m);
  assert.match(summary, /3 elements compared; 0 \(0\.0 %\) hang .* 1 \(25\.0 %\) are no f32$/m);
  assert.match(summary, /^ {2}exp +2 +2$/m);
  assert.doesNotMatch(summary, /never tried: .*\bexp\b/);
});

Deno.test("some hundred programs try every op", () => {
  const coverage = new Coverage();
  for (const sketch of sketches(400, 1)) {
    const trial = trialOf(sketch);
    if (trial !== undefined) coverage.add(trial);
  }
  assert.doesNotMatch(coverage.summary(), /never tried/);
});
