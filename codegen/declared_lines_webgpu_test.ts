import assert from "node:assert/strict";
import { withFolder } from "../explain/temporary_module.ts";
import type { ModuleSpec } from "../runtime/spec.ts";
import { gpuTest } from "../runtime/testing/gpu_access.ts";
import { main } from "./main.ts";

const DSL = new URL("../dsl/mod.ts", import.meta.url).href;

const SPEC = `import { defineLayer, dim, exp, mul, sum, tensor } from "${DSL}";
const B = dim("B"), K = dim("K");
export const peak = defineLayer({
  name: "peak",
  inputs: { x: tensor(B, K) },
  forward: ({ x }) => {
    const weights = exp(x);
    return sum(mul(weights, x), { axis: 1 });
  },
});
`;

gpuTest(
  "a shader that does not compile is told with the lines of the spec that it comes from",
  async ({ backend }) => {
    await withFolder(async (folder) => {
      const spec = new URL("my_layers.ts", folder);
      await Deno.writeTextFile(spec, SPEC);
      const log = console.log;
      console.log = () => {};
      try {
        assert.equal(await main([spec.pathname, "--out", new URL("out", folder).pathname]), 0);
      } finally {
        console.log = log;
      }
      const shader = new URL("out/peak/forward.wgsl", folder);
      const text = await Deno.readTextFile(shader);
      assert.match(text, / \+= /);
      await Deno.writeTextFile(shader, text.replace(" += ", " += +"));
      const { peak } = await import(new URL("out/peak/peak.ts", folder).href) as {
        // The binding that was just generated.
        readonly peak: ModuleSpec;
      };
      await assert.rejects(backend.load(peak, { B: 2, K: 3 }), (error: Error) => {
        const declared = error.message.split("\n").find((line) => line.includes("declared at ")) ??
          "";
        assert.match(declared, /my_layers\.ts:8:\d+/, error.message);
        assert.match(declared, /my_layers\.ts:7:\d+/, error.message);
        return true;
      });
    });
  },
);
