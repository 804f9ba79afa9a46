import assert from "node:assert/strict";
import { median, summarise } from "./statistics.ts";

Deno.test("the median is the middle value, or between the two in the middle", () => {
  assert.equal(median([7]), 7);
  assert.equal(median([9, 1, 2]), 2);
  assert.equal(median([10, 1, 4, 2]), 3);
  assert.throws(() => median([]), /no values/);
});

Deno.test("a noisy turn moves the median no more than any other, and never the minimum", () => {
  const calm = [[5, 5.2], [4.9, 5.1], [5, 5]];
  const noisy = [...calm.slice(1), [90, 80, 95, 99, 70, 98]];
  assert.deepEqual(summarise(calm), { median: 5, minimum: 4.9, samples: 6 });
  assert.deepEqual(summarise(noisy), { median: 5, minimum: 4.9, samples: 10 });
  assert.throws(() => summarise([]), RangeError);
});
