import { hasAdapter } from "../../runtime/testing/gpu_access.ts";
import { assertSameAfterResuming } from "./resume_for_test.ts";

Deno.test(
  "training goes on bit for bit in another process on WebGPU, from within an epoch",
  { ignore: !hasAdapter },
  () => assertSameAfterResuming("--backend", "webgpu", "--model", "original"),
);
