import assert from "node:assert/strict";
import { timeLeft } from "./progress_bar.ts";

Deno.test("the time left is told in minutes, and in hours from one hour on", () => {
  assert.equal(timeLeft({ step: 1, totalSteps: 1, seconds: 5 }), "0:00 left");
  assert.equal(timeLeft({ step: 1, totalSteps: 10, seconds: 1 }), "0:09 left");
  assert.equal(timeLeft({ step: 1, totalSteps: 3601, seconds: 1 }), "1:00:00 left");
  assert.equal(timeLeft({ step: 2, totalSteps: 7445, seconds: 2 }), "2:04:03 left");
});
