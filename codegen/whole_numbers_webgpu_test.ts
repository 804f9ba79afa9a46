import { gpuTest } from "../runtime/testing/gpu_access.ts";
import { checkProduct, checkWholeNumbers } from "./testing/whole_numbers.ts";

gpuTest(
  "whole numbers are the interpreter's at the ends of their range and by 0",
  async ({ backend }) => {
    const loads = [false, true].map(
      (plain): Parameters<typeof checkWholeNumbers>[0][number] => (module, dims) =>
        backend.load(module, dims, { plain }),
    );
    await checkWholeNumbers(loads);
    await checkProduct(loads);
  },
);
