import assert from "node:assert/strict";
import type { BenchResults, ScalingPoint, StepRow } from "../results.ts";
import { stepContestants } from "../step_contestants.ts";
import { charts } from "./charts.ts";
import { reportDocument } from "./document.ts";

/** A row that takes so long, for the contestant of this name. */
function stepRow(id: string, milliseconds: number, change: Partial<StepRow> = {}): StepRow {
  const contestant = stepContestants(2).find((each) => each.id === id);
  assert.ok(contestant !== undefined, id);
  const { pace: _, ...rest } = contestant;
  return {
    ...rest,
    measured: {
      milliseconds: { median: milliseconds, minimum: milliseconds * 0.9, samples: 27 },
      firstMilliseconds: 120.4,
      peakMiB: 200.6,
      firstLoss: 2.6289,
      lastLoss: 0.2119,
      steps: 201,
    },
    counts: true,
    why: "",
    ...change,
  };
}

function point(n: number, form: ScalingPoint["form"], milliseconds: number): ScalingPoint {
  return {
    axis: "tiles",
    value: n,
    form,
    threads: 2,
    batch: 100,
    megaFlop: form === "derived" ? 319 + 540 / n : 859,
    milliseconds: { median: milliseconds, minimum: milliseconds, samples: 3 },
    firstLoss: 2.3,
    why: "",
  };
}

const { measured: _, ...broken } = stepRow("tfjs-webgpu-as-written-shared", 0, {
  counts: false,
  why: "It ended with code 1: no adapter",
});

const RESULTS: BenchResults = {
  date: "2027-03-01T10:00:00.000Z",
  seconds: 600,
  quick: false,
  rounds: 3,
  machine: {
    cpu: "A Processor",
    vectors: "AVX-512",
    cores: 2,
    system: "linux x86_64",
    deno: "2.9.6",
    v8: "15.0",
  },
  engines: ["NumPy 1.24.2"],
  notices: ["PyTorch is left out: no python3 here can import torch."],
  step: {
    rows: [
      stepRow("tilewright-wasm-1-derived-shared", 8.21),
      stepRow("tilewright-wasm-2-derived-shared", 5),
      stepRow("tilewright-wasm-2-derived-sparse-shared", 3.2),
      stepRow("tilewright-wasm-2-as-written-shared", 11),
      stepRow("numpy-2-as-written-shared", 6.5),
      stepRow("numpy-2-folded-by-hand-shared", 4),
      stepRow("jax-js-wasm-folded-by-hand-shared", 15, {
        counts: false,
        why: "Its loss does not fall: 2.300 at first, 2.300 at last.",
      }),
      broken,
      stepRow("tilewright-wasm-2-ordinary-original", 12),
    ],
  },
  kernels: {
    columns: [
      { id: "tilewright-wasm-2", name: "tilewright, wasm", threads: 2, why: "" },
      { id: "numpy-2", name: "NumPy", threads: 2, why: "" },
      { id: "tfjs-webgpu", name: "tfjs, webgpu", threads: 0, why: "It broke." },
    ],
    rows: [
      {
        name: "NT 100×1000×784",
        group: "step",
        megaFlop: 156.8,
        milliseconds: {
          "tilewright-wasm-2": { median: 1.568, minimum: 1.5, samples: 30 },
          "numpy-2": { median: 0.784, minimum: 0.7, samples: 30 },
        },
      },
      {
        name: "NN 2048×2048×2048",
        group: "square",
        megaFlop: 17180,
        milliseconds: { "numpy-2": { median: 171.8, minimum: 160, samples: 3 } },
      },
    ],
  },
  scaling: {
    points: [
      point(1, "derived", 10),
      point(1, "as written", 11),
      point(50, "derived", 4),
      point(50, "as written", 12),
      // Another loss: not the same step, so no pair.
      point(10, "derived", 5),
      { ...point(10, "as written", 11), firstLoss: 2.4 },
      { ...point(4096, "derived", 200), axis: "batch", batch: 4096 },
    ],
  },
  peaks: {
    peaks: [{ loop: "fused", threads: 2, rate: 116.2 }, { loop: "copy", threads: 2, rate: 48.8 }],
    profiles: [{
      threads: 2,
      input: "dense",
      why: "",
      rows: [{
        program: "step",
        kernel: "update_l1_W",
        calls: 200,
        milliseconds: 1.7,
        share: 0.51,
        gflops: 92,
        gbytes: 0,
        attained: 0.79,
      }],
    }, { threads: 1, input: "sparse", rows: [], why: "It broke." }],
  },
};

const document = reportDocument(RESULTS);
/** Lines without the breaks that the source text has, as a reader sees paragraphs. */
const flowing = document.replaceAll(/([^\n|])\n(?=[^\n|#-])/g, "$1 ");

Deno.test("the document states the date, the machine, versions and what was left out", () => {
  assert.match(flowing, /Measured on 2027-03-01 in 10 minutes and 3 rounds, on A Processor/);
  assert.match(flowing, /2 cores, linux x86_64, with Deno 2\.9\.6 \(V8 15\.0\)/);
  assert.match(document, /^- PyTorch is left out: no python3 here can import torch\.$/m);
  assert.match(document, /^- NumPy 1\.24\.2$/m);
  assert.doesNotMatch(document, /quick run/);
  assert.match(reportDocument({ ...RESULTS, quick: true }), /This was a quick run/);
});

Deno.test("rows of steps are sorted, with ratios to tilewright's dense row", () => {
  const rows = document.split("### The ordinary model")[0]?.split("\n")
    .filter((line) => /^\| .*(dense|sparse) \|/.test(line)) ?? [];
  assert.deepEqual(rows.map((row) => row.split(" | ").slice(0, 7)), [
    ["| tilewright, wasm", "2", "derived", "sparse", "3.20", "2.88", "0.640×"],
    ["| NumPy", "2", "folded by hand", "dense", "4.00", "3.60", "0.800×"],
    ["| **tilewright, wasm**", "2", "derived", "dense", "**5.00**", "4.50", "1.00×"],
    ["| NumPy", "2", "as written", "dense", "6.50", "5.85", "1.30×"],
    ["| tilewright, wasm", "1", "derived", "dense", "8.21", "7.39", "1.64×"],
    ["| tilewright, wasm", "2", "as written", "dense", "11.0", "9.90", "2.20×"],
  ]);
});

Deno.test("what does not count stands apart, with the reason", () => {
  assert.match(
    document,
    /^- jax-js, wasm \(folded by hand\): Its loss does not fall: 2\.300 at first/m,
  );
  assert.match(document, /^- tfjs, webgpu \(as written\): It ended with code 1: no adapter$/m);
  assert.match(document, /^- tfjs, webgpu: It broke\.$/m);
  assert.match(document, /^- 1 thread, sparse input: It broke\.$/m);
});

Deno.test("the sentences say what the rows say", () => {
  assert.match(
    flowing,
    /With 2 threads of the CPU, tilewright takes 5\.00 ms for a step, and 3\.20 ms where it skips/,
  );
  assert.match(flowing, /with the weight tiled, the same step takes 11\.0 ms, 2\.20 times as long/);
  assert.match(
    flowing,
    /in multiples of the dense time: NumPy, 2 threads, folded by hand 0\.800×\./,
  );
});

Deno.test("products are told in GFLOP/s, and in dashes where they were not tried", () => {
  assert.match(document, /^\| NT 100×1000×784 \| 157 \| 100 \| 200 \|$/m);
  assert.match(document, /^\| NN 2048×2048×2048 \| 17180 \| – \| 100 \|$/m);
});

Deno.test("the saving grows with the uses of the weight, of pairs that compute the same", () => {
  assert.match(flowing, /grows from 1\.10× at n = 1 to 3\.00× at n = 50/);
  assert.match(document, /^\| 50 \| 859 \| 12\.0 \| 330 \| 4\.00 \| 3\.00× \|$/m);
  assert.doesNotMatch(document, /^\| 10 \| 859/m);
  assert.match(
    document,
    /^- n = 10: the first losses of the two forms differ by more than 1 %\.$/m,
  );
  assert.match(document, /^\| 4096 \| .* \| 48\.8 \|$/m);
});

Deno.test("kernels are told with their share of the peak", () => {
  assert.match(document, /^\| multiply-add \| 2 \| 116 GFLOP\/s \|$/m);
  assert.match(document, /^\| step \| `update_l1_W` \| 1\.70 \| 51 % \| 92\.0 \| 0 \| 79 % \|$/m);
});

Deno.test("a document has the chapters that were measured", () => {
  const { step: _step, kernels: _kernels, scaling: _scaling, ...rest } = RESULTS;
  const titles = (text: string) => text.match(/^## .*$/gm);
  assert.deepEqual(titles(reportDocument(rest)), [
    "## What the machine can do",
    "## Kernels of a step",
    "## How it was measured",
  ]);
  assert.equal(titles(document)?.length, 6);
});

Deno.test("plots show what counts", () => {
  const [step, tiles] = charts(RESULTS);
  assert.deepEqual([step?.file, tiles?.file], ["step.svg", "tiles.svg"]);
  const text = JSON.stringify(step?.spec);
  assert.match(text, /tilewright, wasm, 2 threads \(derived, sparse\)/);
  assert.doesNotMatch(text, /jax-js|tfjs/);
  assert.match(JSON.stringify(tiles?.spec), /"n":50,"form":"as written","milliseconds":12/);
});
