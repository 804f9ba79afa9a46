import assert from "node:assert/strict";
import type { DimValues } from "../dsl/dim.ts";
import { browserTests } from "../runtime/testing/browser/browser_access.ts";
import { checkLayer, LAYER_CASES, withRandomSizes } from "./testing/generated_layers.ts";

const browserTest = browserTests(
  LAYER_CASES.map(({ module: { name } }) =>
    new URL(`../generated/${name}/${name}.ts`, import.meta.url)
  ),
);

/** The texts of a kernel, by who runs them, and at how many of the sizes. */
const VARIANTS = {
  "kernels for CPUs": { options: { machine: "vector" }, sizes: Infinity },
  // A program on the CPU takes long to get kernels with many registers ready.
  "kernels for GPUs": { options: { machine: "gpu" }, sizes: 1 },
  "plain twins": { options: { plain: true }, sizes: Infinity },
} as const;

const volume = (dims: DimValues): number =>
  Object.values(dims).reduce((product, size) => product * size, 1);

for (const each of LAYER_CASES) {
  for (const [variant, { options, sizes }] of Object.entries(VARIANTS)) {
    browserTest(
      `${each.declaration.name}: the ${variant} compute the declared values in a browser`,
      async ({ backend }) => {
        const largest = withRandomSizes(each).toSorted((a, b) => volume(b) - volume(a));
        for (const dims of largest.slice(0, sizes)) {
          await checkLayer((module, sizes) => backend.load(module, sizes, options), each, dims);
        }
      },
    );
  }
}

browserTest("a kernel that was broken on purpose is found", async ({ backend }) => {
  const each = LAYER_CASES.find(({ declaration }) => declaration.name === "shared_linear");
  const [kernel] = each?.module.programs["forward"]?.kernels.slice(-1) ?? [];
  assert.ok(each !== undefined && kernel !== undefined);
  const { file, source } = kernel.plain;
  const broken = source.replace("+= ", "-= ");
  assert.notEqual(broken, source);
  const options = { plain: true, texts: { [file]: broken } };
  await assert.rejects(
    checkLayer((module, sizes) => backend.load(module, sizes, options), each, each.sizes[0] ?? {}),
    /shared_linear\.forward: y with /,
  );
});
