import { gpuTest } from "./testing/gpu_access.ts";
import { assertTraced } from "./trace_for_test.ts";

gpuTest(
  "a traced step has the bits of one on WebGPU, and shows every kernel",
  ({ backend }) => assertTraced(backend),
);
