import assert from "node:assert/strict";
import { describeMachine, widestVectors } from "./machine.ts";

Deno.test("a machine has a processor, cores and versions", async () => {
  const machine = await describeMachine();
  assert.ok(machine.cores >= 1);
  assert.match(machine.deno, /^\d+\.\d+/);
  assert.notEqual(machine.cpu, "");
});

Deno.test("the widest vectors that a processor names are told", () => {
  assert.equal(widestVectors("flags: fpu sse2 avx2 avx512f avx512dq"), "AVX-512");
  assert.equal(widestVectors("flags: fpu sse2 avx avx2"), "AVX2");
  assert.equal(widestVectors("Features: fp asimd"), "NEON");
  assert.equal(widestVectors(""), "unknown");
});
