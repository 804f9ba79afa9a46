import { assertSameAfterInterrupt, assertSameAfterResuming } from "./resume_for_test.ts";

Deno.test("training goes on bit for bit in another process on the CPU, from within an epoch", () =>
  assertSameAfterResuming("--backend", "wasm", "--threads", "2"));

Deno.test("Ctrl-C ends training with a checkpoint to go on from", () =>
  assertSameAfterInterrupt("--backend", "wasm", "--threads", "2", "--model", "original"));
