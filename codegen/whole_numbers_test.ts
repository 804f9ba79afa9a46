import assert from "node:assert/strict";
import { openWasm } from "../runtime/wasm/backend.ts";
import { generateModule } from "./generate.ts";
import { checkProduct, checkWholeNumbers, LAYERS, PRODUCT } from "./testing/whole_numbers.ts";

Deno.test("whole numbers are the interpreter's at the ends of their range and by 0", async () => {
  const backend = await openWasm();
  const load = backend.load.bind(backend);
  await checkWholeNumbers([load]);
  await checkProduct([load]);
  await backend.dispose();
});

Deno.test("no shader divides a whole number by a literal 0, which it need not compile", async () => {
  for (const layer of LAYERS) {
    const files = await generateModule(layer, { runtime: "runtime" });
    for (const { path, content } of files) {
      if (path.endsWith(".wgsl")) {
        assert.doesNotMatch(String(content), /[\w)\]] \/ 0u?\b(?!\.)/, path);
      }
    }
  }
});

Deno.test("floats become whole four at a time by the same rule", async () => {
  const files = await generateModule(PRODUCT, { runtime: "runtime" });
  assert.ok(files.some(({ content }) => String(content).includes("fn to_i32_of_four(")));
});
