/** Tilings of contractions, for either kind of machine, against the plain twins of their kernels. */
import assert from "node:assert/strict";
import { gpuTest } from "../runtime/testing/gpu_access.ts";
import { candidate, tunedKernel } from "../tune/candidates.ts";
import { Bench } from "../tune/measure.ts";
import type { Extent } from "../dsl/dim.ts";
import type { Kernel } from "./kernel/kernel.ts";
import {
  adam,
  axis,
  biasRelu,
  type Layout,
  moduleOf,
  product,
  type ProductOptions,
} from "./kernel/sample_kernels.ts";
import { showTiling, type Tiling } from "./kernel/tiling.ts";
import { tilingFault } from "./kernel/verify_schedule.ts";
import { contractionOf } from "./schedule/contraction.ts";
import { GPU_MACHINE, type Machine, VECTOR_MACHINE } from "./schedule/machines.ts";
import { tilingsFor } from "./schedule/tilings.ts";
import { seeded } from "./testing/random_values.ts";

const B = { name: "B" };

/** Machines as they are, but with small tiles: adapters without a GPU compile large ones for long. */
const SMALL_VECTOR: Machine = { ...VECTOR_MACHINE, sides: [1, 2, 4, 5, 8], mostResults: 32 };
const SMALL_GPU: Machine = {
  ...GPU_MACHINE,
  workgroups: [{ rows: 4, columns: 8 }, { rows: 8, columns: 4 }],
  sides: [4, 8],
  mostResults: 32,
  depths: [8, 16],
  mostSplits: 3,
  leastPart: 8,
};

interface Case {
  readonly layout: Layout;
  readonly sizes: readonly [Extent, Extent, Extent];
  readonly batch: number;
  readonly epilogue?: ProductOptions["epilogue"];
  readonly heads?: number;
}

/** Ones, primes, multiples of four and of tiles; dims, which are numbers only later, and numbers. */
const CASES: readonly Case[] = [
  { layout: "NT", sizes: [B, 20, 24], batch: 13 },
  { layout: "NN", sizes: [B, 36, 40], batch: 1 },
  { layout: "NN", sizes: [B, 4, 32], batch: 3 },
  { layout: "TN", sizes: [12, 28, B], batch: 19, epilogue: adam },
  { layout: "TT", sizes: [B, 8, 16], batch: 8 },
  { layout: "NT", sizes: [7, 11, 13], batch: 1 },
  { layout: "NN", sizes: [B, { name: "N" }, { name: "K" }], batch: 33 },
  { layout: "NT", sizes: [B, 12, 48], batch: 5, heads: 3 },
];
const DIMS = { N: 17, K: 21 };

function kernelOf({ layout, sizes, epilogue = biasRelu, heads }: Case): Kernel {
  const batch = heads === undefined ? [] : [axis("h", heads)];
  return product({ layout, sizes, epilogue, batch });
}

/** A few tilings that differ as much as possible: each takes fours, edges and k in a way of its own. */
function varied(tilings: readonly Tiling[], count: number): readonly Tiling[] {
  const ways = new Map(
    tilings.map((tiling) => {
      const { fours, splits, unroll, neighbours } = tiling;
      return [JSON.stringify([fours, splits, unroll > 1, neighbours]), tiling];
    }),
  );
  const all = [...ways.values()];
  const step = Math.max(1, Math.floor(all.length / count));
  return all.filter((_, i) => i % step === 0).slice(0, count);
}

/** The same with a left operand that comes straight from memory, one element at a time. */
function withLeftUnstaged(tiling: Tiling): Tiling {
  const { lhs: _, ...fours } = tiling.fours;
  return { ...tiling, fours, staged: { ...tiling.staged, lhs: false } };
}

for (const each of CASES) {
  const kernel = kernelOf(each);
  const sizes = each.sizes.map((extent) => typeof extent === "number" ? extent : extent.name);
  gpuTest(
    `tilings of ${kernel.name} ${sizes.join("x")} agree with its plain twin`,
    async ({ backend }) => {
      const module = moduleOf([kernel], {
        fixedDims: ["N", "K"],
        callDims: ["B"],
        uniforms: [{ name: "rate", type: "f32", value: { kind: "constant", value: 0.01 } }],
      });
      const [program] = module.programs;
      assert.ok(program);
      const { schedule } = kernel;
      assert.equal(schedule.frame, "contract");
      const dims = { ...DIMS, B: each.batch };
      const contraction = contractionOf(kernel, dims);
      assert.ok(contraction);
      const tuned = tunedKernel(module, { program, kernel, at: 0 });
      const bench = await Bench.open(backend, tuned, dims, seeded(7));
      const gpu = varied(tilingsFor(contraction, SMALL_GPU), 3);
      const oneSide = gpu.slice(0, 1).map(withLeftUnstaged);
      const tilings = [...varied(tilingsFor(contraction, SMALL_VECTOR), 3), ...gpu, ...oneSide];
      for (const tiling of tilings) {
        const name = showTiling(tiling);
        assert.equal(tilingFault(kernel, schedule, tiling), undefined, name);
        const contender = await bench.try(candidate(tuned, tiling, name, false));
        if (typeof contender === "string") assert.fail(`${name}: ${contender}`);
        contender.dispose();
      }
    },
  );
}
