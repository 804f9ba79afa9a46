import { nativeTest } from "../runtime/testing/native_access.ts";
import { checkRandomLayers, checkUniformEnd } from "./testing/random_layers.ts";

nativeTest(
  "random numbers are those of the interpreter, and as they are to be distributed",
  async (open) => checkRandomLayers(await open({ threads: 2 })),
);

nativeTest(
  "no random number is rounded up to the end of its range",
  async (open) => checkUniformEnd(await open({ threads: 2 })),
);
