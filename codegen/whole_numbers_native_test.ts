import { nativeTest } from "../runtime/testing/native_access.ts";
import { loaderOf } from "./testing/generated_layers.ts";
import { checkProduct, checkWholeNumbers } from "./testing/whole_numbers.ts";

nativeTest(
  "whole numbers are the interpreter's at the ends of their range and by 0",
  async (open) => {
    const load = loaderOf(await open());
    await checkWholeNumbers([load]);
    await checkProduct([load]);
  },
);
