import assert from "node:assert/strict";
import { experimentPage } from "./page.ts";
import type { Epoch, ExperimentResults, ExperimentRun } from "./results.ts";

const ROOT = new URL("../../", import.meta.url);

/** Epochs of these accuracies, a second each. */
function epochsOf(...accuracies: readonly number[]): readonly Epoch[] {
  return accuracies.map((accuracy, i) => {
    const means = { loss: 1 / (i + 1), accuracy };
    return { epoch: i + 1, seconds: 1, main: means, validation: means };
  });
}

const SHARED: ExperimentRun = {
  variant: "shared",
  seed: 1,
  parameters: 50,
  flops: 2e6,
  epochs: epochsOf(0.5, 0.75),
};
const MACHINE = { cpu: "x", vectors: "", cores: 2, system: "linux", deno: "", v8: "" };

function pageOf(...runs: readonly ExperimentRun[]): string {
  const results: ExperimentResults = { machine: MACHINE, place: "There", batch: 100, runs };
  return experimentPage(results);
}

Deno.test("the committed page is what the committed data say", async () => {
  const data = await Deno.readTextFile(new URL("bench/results/experiment.json", ROOT));
  const results: ExperimentResults = JSON.parse(data);
  const formatting = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", "md", "-"],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = formatting.stdin.getWriter();
  await writer.write(new TextEncoder().encode(experimentPage(results)));
  await writer.close();
  const { stdout } = await formatting.output();
  const page = await Deno.readTextFile(new URL("docs/experiment.md", ROOT));
  assert.equal(new TextDecoder().decode(stdout), page);
});

Deno.test("the committed experiment is whole, and both networks reach what NumPy reached", async () => {
  const data = await Deno.readTextFile(new URL("bench/results/experiment.json", ROOT));
  const { runs }: ExperimentResults = JSON.parse(data);
  assert.deepEqual(runs.map(({ variant }) => variant), ["shared", "as-written", "original"]);
  for (const { variant, epochs } of runs) {
    assert.equal(epochs.length, 50);
    const last = epochs.slice(-10).map(({ validation }) => validation?.accuracy ?? NaN);
    const mean = last.reduce((sum, each) => sum + each, 0) / last.length;
    assert.ok(mean >= 0.981, `${variant}: ${mean}`);
  }
});

Deno.test("conclusions follow the numbers, whichever way they point", () => {
  const original: ExperimentRun = {
    ...SHARED,
    variant: "original",
    parameters: 100,
    flops: 8e6,
    epochs: epochsOf(0.75, 0.875),
  };
  const page = pageOf(SHARED, original);
  assert.match(page, /takes 50 % of the parameters and 75 % of the arithmetic away/);
  assert.match(page, /training takes 1\.00× the time/);
  assert.match(page, /of the last 2 epochs is 0\.1875 lower: 1875 of 10,000 images/);
  const better = pageOf({ ...SHARED, epochs: epochsOf(0.875, 1) }, original);
  assert.match(better, /is 0\.1250 higher/);
  assert.doesNotMatch(page, /As it is written/, "nothing was measured of it");
});

Deno.test("several seeds are averaged, and their range is told", () => {
  const original: ExperimentRun = { ...SHARED, variant: "original" };
  const seeds = [SHARED, original, { ...SHARED, seed: 2, epochs: epochsOf(1, 1) }, {
    ...original,
    seed: 2,
  }];
  const page = pageOf(...seeds);
  assert.match(page, /seeds 1, 2; numbers are means over seeds/);
  assert.match(page, /\| epoch 1 \| 0\.7500 \|/);
  assert.match(page, /these means go from 0\.6250 to 1\.0000 \(weight-sharing\)/);
});
