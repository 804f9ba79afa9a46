import { gpuTest } from "../runtime/testing/gpu_access.ts";
import { checkRandomLayers, checkUniformEnd } from "./testing/random_layers.ts";

gpuTest(
  "random numbers are those of the interpreter, and as they are to be distributed",
  ({ backend }) => checkRandomLayers(backend),
);

gpuTest(
  "no random number is rounded up to the end of its range",
  ({ backend }) => checkUniformEnd(backend),
);
