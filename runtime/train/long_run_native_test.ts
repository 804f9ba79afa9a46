import { nativeTest } from "../testing/native_access.ts";
import { assertFlatOver20000Steps } from "./long_run_for_test.ts";

nativeTest(
  "20,000 steps in C leave memory as it was",
  async (open) => assertFlatOver20000Steps(await open({ threads: 2 })),
);
