import assert from "node:assert/strict";
import { camelCase, exportName, TypeScriptNames } from "./names.ts";

Deno.test("words are joined in camel case", () => {
  const cases = [
    ["shared_linear", "sharedLinear"],
    ["forward/01_fold_x.wgsl", "forward01FoldXWgsl"],
    ["step/10_update_l1_W.plain.wgsl", "step10UpdateL1WPlainWgsl"],
    ["relu", "relu"],
    ["W2", "W2"],
    ["a__b_", "aB"],
  ] as const;
  for (const [name, wanted] of cases) assert.equal(camelCase(name), wanted);
});

Deno.test("a word of TypeScript cannot be exported", () => {
  assert.throws(() => exportName("new"), /Cannot generate "new": .* such as "new_layer"$/);
});

Deno.test("identifiers differ from each other and from those that are taken", () => {
  const names = new TypeScriptNames(["forwardWgsl"]);
  assert.deepEqual(["forward.wgsl", "a_b", "aB"].map((name) => names.of(name)), [
    "forwardWgsl2",
    "aB",
    "aB2",
  ]);
});
