import assert from "node:assert/strict";
import { clipGlobalNorm, clipValue } from "./clipping.ts";
import { adam } from "./optimizers/adam.ts";
import { sgd } from "./optimizers/sgd.ts";
import { cosine, stepDecay } from "./schedules.ts";
import { input } from "./tensor.ts";
import { make } from "./intern.ts";

const w = make("input", { name: "w", role: "parameter", shape: [3], dtype: "f32" });
const g = input("g", [3]).node;

Deno.test("settings that make no schedule, no decay and no bound are refused", () => {
  const refused: readonly [() => unknown, RegExp][] = [
    [
      () => cosine({ peak: -1, steps: 10 }),
      /by cosine with peak = -1: wanted a number of at least 0/,
    ],
    [
      () => cosine({ peak: 1, warmup: 10, steps: 10 }),
      /by cosine with steps = 10: wanted a number of at least 11/,
    ],
    [
      () => stepDecay({ initial: 1, every: 0, factor: 0.1 }),
      /by stepDecay with every = 0: wanted a number of at least 1/,
    ],
    [
      // @ts-expect-error a rate is no text
      () => sgd({ rate: "fast" }).updates(w, g),
      /Cannot learn at the rate "fast": wanted a number, or a schedule such as cosine/,
    ],
    [() => sgd({ decay: -1 }).updates(w, g), /Cannot let weights decay by -1/],
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
