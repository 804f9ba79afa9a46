import assert from "node:assert/strict";
import type { EpochEnd } from "../../runtime/train/events.ts";
import { tableHeading, tableRow } from "./epoch_table.ts";

const END: EpochEnd<"accuracy"> = {
  kind: "epoch_end",
  epoch: 12,
  steps: 600,
  seconds: 2,
  elapsedSeconds: 24.0312345,
  main: { loss: 0.0912345678, accuracy: 0.97 },
  validation: { loss: 0.1, accuracy: 0.9683 },
};

Deno.test("columns stand below their headings", () => {
  assert.equal(
    `${tableHeading()}\n${tableRow(END)}`,
    `epoch       main/loss   validation/main/loss  main/accuracy  validation/main/accuracy  elapsed
12          0.0912346   0.1                   0.97           0.9683                    24.0312`,
  );
});

Deno.test("what is not known is a dash", () => {
  assert.match(tableRow({ ...END, validation: null }), /^12 +0\.0912346 +- +0\.97 +- +24\.0312$/);
});
