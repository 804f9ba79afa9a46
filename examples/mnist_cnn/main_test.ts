import assert from "node:assert/strict";
import { trainCnn } from "./main.ts";

Deno.test("a small convolution network learns digits in a hundred steps", async () => {
  const accuracy = await trainCnn({
    epochs: 1,
    steps: 100,
    batch: 50,
    seed: 1,
    backend: "auto",
  });
  assert.ok(accuracy > 0.93, `${accuracy}`);
});
