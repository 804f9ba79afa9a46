import { hasCompiler } from "../../runtime/testing/native_access.ts";
import { assertSameAfterInterrupt, assertSameAfterResuming } from "./resume_for_test.ts";

Deno.test(
  "training goes on bit for bit in another process in C, from within an epoch",
  { ignore: !hasCompiler },
  () => assertSameAfterResuming("--backend", "native", "--threads", "2"),
);

Deno.test(
  "Ctrl-C ends training in C with a checkpoint to go on from",
  { ignore: !hasCompiler },
  () => assertSameAfterInterrupt("--backend", "native", "--threads", "2", "--model", "original"),
);
