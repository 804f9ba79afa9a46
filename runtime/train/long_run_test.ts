import { assertFlatInOwnProcess } from "./long_run_for_test.ts";

Deno.test("20,000 steps on the CPU leave memory as it was", () => assertFlatInOwnProcess("wasm"));
