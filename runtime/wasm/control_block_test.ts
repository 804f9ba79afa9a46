import assert from "node:assert/strict";
import { CONTROL_BYTES, CONTROL_FAILED, CONTROL_GENERATION } from "../spec.ts";
import { failureOf, reportFailure } from "./control_block.ts";

function memory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
}

Deno.test("the first failure is told, and wakes who sleeps", () => {
  const shared = memory();
  const words = new Int32Array(shared.buffer);
  assert.equal(failureOf(shared), undefined);
  reportFailure(shared, "división por cero");
  reportFailure(shared, "unreachable");
  assert.equal(failureOf(shared), "división por cero");
  assert.equal(words[CONTROL_FAILED / 4], 1);
  // Whoever looked at the flag just before finds another generation and does not fall asleep.
  assert.equal(words[CONTROL_GENERATION / 4], 1);
});

Deno.test("a failure without words is a failure", () => {
  const shared = memory();
  reportFailure(shared, "");
  assert.equal(failureOf(shared), "no reason given");
});

Deno.test("a long text is cut, and nothing behind the control block is touched", () => {
  for (const start of ["", "a", "ab"]) {
    const shared = memory();
    reportFailure(shared, start + "€".repeat(400));
    assert.match(failureOf(shared) ?? "", new RegExp(`^${start}€{160,168}…?$`));
    assert.ok(new Uint8Array(shared.buffer, CONTROL_BYTES).every((byte) => byte === 0));
  }
});
