import { hasCompiler } from "../testing/native_access.ts";
import { assertFlatInOwnProcess } from "./long_run_for_test.ts";

Deno.test(
  "20,000 steps in C leave memory as it was",
  { ignore: !hasCompiler },
  () => assertFlatInOwnProcess("native"),
);
