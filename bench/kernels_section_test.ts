import assert from "node:assert/strict";
import type { ChildOutcome } from "./child.ts";
import { kernelContestants, kernelRow } from "./kernels_section.ts";
import { megaFlop, STEP_PRODUCTS } from "./products.ts";

const [first] = STEP_PRODUCTS;
assert.ok(first !== undefined);

function turn(name: string, median: number, best: number): ChildOutcome {
  return { ok: true, messages: [{ kind: "product", name, median, best, calls: 10 }] };
}

Deno.test("a row holds the median of medians and the best of all turns", () => {
  const { name } = first;
  const failure = { ok: false, messages: [], why: "It broke." } as const;
  const row = kernelRow(
    first,
    "step",
    new Map<string, readonly ChildOutcome[]>([
      ["a", [turn(name, 3, 2), turn(name, 5, 1), turn(name, 4, 2)]],
      ["b", [turn("another", 3, 2)]],
      ["c", [turn(name, 9, 8), failure]],
    ]),
  );
  assert.deepEqual(row, {
    name,
    group: "step",
    megaFlop: 156.8,
    milliseconds: {
      a: { median: 4, minimum: 1, samples: 30 },
      c: { median: 9, minimum: 8, samples: 10 },
    },
  });
});

Deno.test("the products of the step make up the arithmetic of the weight-sharing model", () => {
  const total = STEP_PRODUCTS.reduce((sum, product) => sum + megaFlop(product), 0);
  assert.equal(Math.round(total), 373);
});

Deno.test("contestants have names of their own", () => {
  const ids = kernelContestants(4).map(({ id }) => id);
  assert.ok(ids.includes("tilewright-wasm-4") && ids.includes("numpy-1"));
  assert.ok(ids.includes("jax-js-webgpu"));
  assert.equal(new Set(ids).size, ids.length);
});
