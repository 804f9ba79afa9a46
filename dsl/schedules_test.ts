import assert from "node:assert/strict";
import { clipGlobalNorm, clipValue } from "./clipping.ts";
import { adam } from "./optimizers/adam.ts";
import { sgd } from "./optimizers/sgd.ts";
import { cosine, stepDecay } from "./schedules.ts";
import { input, mul } from "./tensor.ts";
import { make } from "./intern.ts";

const w = make("input", { name: "w", role: "parameter", shape: [3], dtype: "f32" });
const g = input("g", [3]).node;

Deno.test("settings that make no schedule, no decay and no bound are refused", () => {
  const refused: readonly [() => unknown, RegExp][] = [
    [
      () => cosine({ peak: -1, steps: 10 }),
      /Cannot declare a schedule by cosine: "peak" is -1; it must be a number of at least 0/,
    ],
    [
      () => cosine({ peak: 1, warmup: 10, steps: 10 }),
      /by cosine: warmup = 10 does not end before steps = 10; steps counts those of the warm-up too/,
    ],
    [
      () => stepDecay({ initial: 1, every: 0, factor: 0.1 }),
      /by stepDecay: "every" is 0; it must be a number of at least 1, such as 1000/,
    ],
    [
      // @ts-expect-error it is called warmup
      () => cosine({ peak: 1, steps: 10, warmUp: 3 }),
      /it has no option "warmUp"; its options are peak, steps, warmup, final/,
    ],
    [
      // @ts-expect-error a schedule gives a tensor
      () => sgd({ rate: () => 0.1 }).updates(w, g),
      /Cannot use the result of a schedule: it must be a tensor, got 0.1/,
    ],
    [
      // @ts-expect-error one rate is for all elements
      () => sgd({ rate: () => input("v", [3]) }).updates(w, g),
      /Cannot use the result of a schedule: v\[3\] of f32 is not one f32; compute it from the step alone/,
    ],
    [
      () => sgd({ rate: (step) => mul(step, input("loss", [])) }).updates(w, g),
      /Cannot use the result of a schedule: it depends on loss\[\]; compute it from the step alone/,
    ],
    [
      // @ts-expect-error a rate is no text
      () => sgd({ rate: "fast" }).updates(w, g),
      /Cannot declare a step by sgd: "rate" is "fast"; it must be a number of at least 0, or a schedule/,
    ],
    [() => sgd({ decay: -1 }), /"decay" is -1; it must be a number of at least 0, or one for matr/],
    [
      // @ts-expect-error it is called matricesOnly
      () => sgd({ decay: { rate: 0.1, biases: false } }),
      /"decay" is { rate: 0.1, biases: false }; it must be .* such as { rate: 0.01, matricesOnly/,
    ],
    [() => clipGlobalNorm(adam(), 0), /Cannot clip gradients to 0: wanted a number above 0/],
    [
      // @ts-expect-error adam is a function that makes one
      () => clipValue(adam, 1),
      /Cannot clip the gradients of the function "adam": wanted an optimizer; write clipValue\(adam\(\), 1\)/,
    ],
  ];
  for (const [attempt, message] of refused) assert.throws(attempt, message);
});

Deno.test("decay of matrices only leaves a vector alone", () => {
  const [plain] = sgd({ rate: 0.1 }).updates(w, g);
  const [spared] = sgd({ rate: 0.1, decay: { rate: 0.1, matricesOnly: true } }).updates(w, g);
  const [drawn] = sgd({ rate: 0.1, decay: 0.1 }).updates(w, g);
  assert.equal(spared?.value, plain?.value);
  assert.notEqual(drawn?.value, plain?.value);
});
