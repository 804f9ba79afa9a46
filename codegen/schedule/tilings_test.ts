import assert from "node:assert/strict";
import { compile } from "../pipeline.ts";
import { mnistShared } from "../../examples/mnist/spec.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { biasRelu, type Layout, product } from "../kernel/sample_kernels.ts";
import { blockOf, stagedElements } from "../kernel/tiling.ts";
import { tilingFault } from "../kernel/verify_schedule.ts";
import { type Contraction, contractionOf } from "./contraction.ts";
import { workgroupsOf } from "./cost.ts";
import { GPU_MACHINE, VECTOR_MACHINE } from "./machines.ts";
import { chooseTiling, tilingsFor } from "./tilings.ts";

const B = { name: "B" };
const MACHINES = [VECTOR_MACHINE, GPU_MACHINE];

function contraction(kernel: Kernel, typical = { B: 100 }): Contraction {
  const found = contractionOf(kernel, typical);
  assert.ok(found);
  return found;
}

Deno.test("every tiling that a machine allows is legal and within its limits", () => {
  const layouts: readonly Layout[] = ["NN", "NT", "TN", "TT"];
  for (const layout of layouts) {
    for (const sizes of [[B, 20, 24], [7, 11, 13], [B, { name: "N" }, { name: "K" }]] as const) {
      const kernel = product({ layout, sizes, epilogue: biasRelu });
      const { schedule } = kernel;
      assert.equal(schedule.frame, "contract");
      for (const machine of MACHINES) {
        const tilings = tilingsFor(contraction(kernel), machine);
        assert.ok(tilings.length > 0);
        for (const tiling of tilings) {
          assert.equal(tilingFault(kernel, schedule, tiling), undefined, JSON.stringify(tiling));
          assert.ok(stagedElements(tiling) <= machine.workgroupElements);
          assert.ok(tiling.workgroup.rows * tiling.workgroup.columns <= 256);
        }
      }
    }
  }
});

Deno.test("operands are loaded in fours wherever their layout allows it", () => {
  const fours = (layout: Layout) => {
    const { lhs, rhs, results } = chooseTiling(
      contraction(product({ layout, sizes: [160, 640, 96], epilogue: biasRelu })),
      VECTOR_MACHINE,
    )
      .fours;
    return [lhs, rhs, results];
  };
  assert.deepEqual(fours("NT"), ["k", "k", true]);
  assert.deepEqual(fours("NN"), ["k", "n", true]);
  assert.deepEqual(fours("TN"), ["m", "n", true]);
});

Deno.test("sizes that no four divides, or that are not known, are loaded one by one", () => {
  for (const sizes of [[7, 11, 13], [B, { name: "N" }, { name: "K" }]] as const) {
    const each = contraction(product({ layout: "NT", sizes, epilogue: biasRelu }));
    assert.deepEqual(each.fours, { lhs: [], rhs: [], results: false });
  }
});

Deno.test("invocations side by side lie along the axis that has enough for them", () => {
  const choose = (n: number) =>
    chooseTiling(
      contraction(product({ layout: "NT", sizes: [B, n, 900], epilogue: biasRelu })),
      VECTOR_MACHINE,
    )
      .neighbours;
  assert.equal(choose(10), "m");
  assert.equal(choose(1000), "n");
});

Deno.test("a sum is cut apart only where its workgroups would leave a device idle", () => {
  const splits = (m: number, n: number, k: number) =>
    chooseTiling(
      contraction(product({ layout: "NT", sizes: [m, n, k], epilogue: biasRelu })),
      GPU_MACHINE,
    )
      .splits;
  assert.ok(splits(100, 12, 900) > 1);
  assert.ok(splits(100, 1000, 784) > 1);
  assert.equal(splits(1000, 784, 100), 1);
  assert.equal(splits(4096, 4096, 4096), 1);
});

Deno.test("each contraction of a model has tiles that fit it: little is computed in vain", () => {
  const { module } = compile(mnistShared);
  const kernels = module.programs.flatMap(({ kernels }) => kernels);
  const contractions = kernels.filter(({ schedule }) => schedule.frame === "contract");
  assert.ok(contractions.length > 10);
  for (const kernel of contractions) {
    const each = contraction(kernel);
    const tiling = chooseTiling(each, VECTOR_MACHINE);
    const { rows, columns } = blockOf(tiling);
    const covered = workgroupsOf(each, tiling) * rows * columns;
    const results = each.sizes.m * each.sizes.n;
    assert.ok(covered <= 1.5 * results, `${kernel.name}: ${covered} for ${results}`);
  }
});
