import assert from "node:assert/strict";
import { type ProfileInput, profileRows } from "./profile.ts";
import type { ModuleSpec } from "./spec.ts";
import { scaling } from "./testing/tiny_modules.ts";

const SPEC: ProfileInput["spec"] = {
  name: "model",
  programs: {
    step: {
      kernels: [
        { name: "product", flops: ({ B = NaN }) => 2e6 * B, bytes: () => 1e6 },
        { name: "copy", flops: () => 0, bytes: ({ B = NaN }) => 4e6 * B },
      ],
    },
  },
};
const TIMES = [
  { program: "step", kernel: "product", calls: 10, seconds: 0.01 },
  { program: "step", kernel: "copy", calls: 10, seconds: 0.03 },
];

Deno.test("rows come slowest first, with shares of the whole and rates of one call", () => {
  const rows = profileRows({ times: TIMES, spec: SPEC, dims: { B: 2 } });
  assert.deepEqual(rows.map(({ kernel, calls }) => [kernel, calls]), [["copy", 10], [
    "product",
    10,
  ]]);
  const [copy, product] = rows;
  assert.deepEqual([copy?.milliseconds, copy?.share], [3, 0.75]);
  assert.deepEqual([product?.milliseconds, product?.share], [1, 0.25]);
  assert.deepEqual([product?.gflops, product?.gbytes], [4, 1]);
  assert.deepEqual([copy?.gflops, Number(copy?.gbytes.toFixed(9))], [0, 2.666666667]);
  assert.ok(copy !== undefined && !("attained" in copy));
});

Deno.test("what is attained is measured by the roof that is lower for the kernel", () => {
  const attained = (gflops: number, gbytes: number) =>
    profileRows({ times: TIMES, spec: SPEC, dims: { B: 2 }, peak: { gflops, gbytes } })
      .map((row) => Number(row.attained?.toFixed(9)));
  // The copy needs 8 MB / 8 GB/s = 1 ms of its 3 ms, the product 4 MFLOP / 8 GFLOP/s of its 1 ms.
  assert.deepEqual(attained(8, 8), [0.333333333, 0.5]);
  // With a slow memory the product needs 1 MB / 2 GB/s, and 1 MB / 1.25 GB/s.
  assert.deepEqual(attained(80, 2), [1.333333333, 0.5]);
  assert.equal(attained(80, 1.25)[1], 0.8);
});

Deno.test("kernels that were never called or took no measurable time divide by nothing", () => {
  const [product, copy] = TIMES.map((time) => ({ ...time, seconds: 0 }));
  assert.ok(product !== undefined && copy !== undefined);
  const times = [product, { ...copy, calls: 0 }];
  const rows = profileRows({ times, spec: SPEC, dims: { B: 2 }, peak: { gflops: 8, gbytes: 8 } });
  assert.deepEqual(rows, [{
    program: "step",
    kernel: "product",
    calls: 10,
    milliseconds: 0,
    share: 0,
    gflops: 0,
    gbytes: 0,
    attained: 0,
  }]);
  assert.deepEqual(profileRows({ times: [], spec: SPEC, dims: {} }), []);
});

Deno.test("any module's spec will do", () => {
  const spec: ModuleSpec = scaling();
  const times = [{ program: "scale", kernel: "scale", calls: 4, seconds: 4e-6 }];
  const [row] = profileRows({ times, spec, dims: { B: 5, K: 25 } });
  assert.equal(row?.gbytes, 1);
});

Deno.test("a time of another module's kernel is refused", () => {
  const times = [{ program: "step", kernel: "sum", calls: 1, seconds: 1 }];
  assert.throws(
    () => profileRows({ times, spec: SPEC, dims: {} }),
    /^Error: Cannot profile kernel "sum" of program "step": module "model" has no such kernel; give/,
  );
});
