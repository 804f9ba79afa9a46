import assert from "node:assert/strict";
import { trainCnn } from "./main.ts";

Deno.test("a small convolution network learns digits in a hundred steps", async () => {
  const accuracy = await trainCnn(1, 100);
  assert.ok(accuracy > 0.93, `${accuracy}`);
});
