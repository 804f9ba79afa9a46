import assert from "node:assert/strict";
import { amountText, bytesText } from "./amounts.ts";

Deno.test("amounts have three digits, a prefix and a unit", () => {
  assert.deepEqual(
    [0, 999, 1000, 1536, 2.5e6, 3e13].map((value) => amountText(value, "FLOP")),
    ["0 FLOP", "999 FLOP", "1.00 kFLOP", "1.54 kFLOP", "2.50 MFLOP", "30.0 TFLOP"],
  );
  assert.equal(amountText(1536, ""), "1.54 k");
  assert.equal(bytesText(12), "12 B");
});
