import assert from "node:assert/strict";
import { join } from "node:path";
import type { EpochEnd } from "../../runtime/train/events.ts";
import type { TrainOptions } from "./train_options.ts";
import { ReportBuilder, type TrainReport, writeReport } from "./train_report.ts";

const CONFIG: TrainOptions = {
  model: "shared",
  epochs: 1,
  batch: 100,
  seed: 0,
  backend: "auto",
  onDeviceLoss: "stop",
};
const BACKEND = { name: "wasm", adapter: "V8", software: true, threads: 2 } as const;
const MEANS = { main: { loss: 0.5, accuracy: 0.75 }, validation: { loss: 0.25, accuracy: 0.875 } };
const END: EpochEnd<"accuracy"> = {
  kind: "epoch_end",
  epoch: 1,
  steps: 600,
  seconds: 3,
  elapsedSeconds: 4,
  ...MEANS,
};

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function report(): TrainReport {
  const builder = new ReportBuilder();
  builder.add({ kind: "epoch_start", epoch: 1, steps: 600 });
  builder.add({ kind: "first_step", seconds: 0.125 });
  builder.add(END);
  return builder.build(CONFIG, BACKEND, 321);
}

Deno.test("a report holds configuration, backend, epochs, first step and memory", () => {
  assert.deepEqual(report(), {
    config: CONFIG,
    backend: { name: "wasm", adapter: "V8", threads: 2 },
    epochs: [{ epoch: 1, steps: 600, seconds: 3, ...MEANS }],
    firstStepSeconds: 0.125,
    peakMemoryMiB: 321,
  });
});

Deno.test("a report without a step says so", () => {
  const empty = new ReportBuilder().build(CONFIG, BACKEND, 1);
  assert.deepEqual([empty.epochs, empty.firstStepSeconds], [[], null]);
});

Deno.test("a report replaces the one before and leaves no other file", () =>
  inFolder(async (folder) => {
    const path = join(folder, "report.json");
    await Deno.writeTextFile(path, "old");
    await writeReport(path, report());
    assert.deepEqual(JSON.parse(await Deno.readTextFile(path)), report());
    assert.deepEqual(Array.from(Deno.readDirSync(folder), ({ name }) => name), ["report.json"]);
  }));

Deno.test("a report that cannot be written leaves no temporary file", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "report.json"));
    await assert.rejects(writeReport(join(folder, "report.json"), report()));
    assert.deepEqual(Array.from(Deno.readDirSync(folder), ({ name }) => name), ["report.json"]);
  }));

Deno.test("the report of a training that went on begins with the epochs before it", () => {
  const builder = new ReportBuilder([END]);
  builder.add({ ...END, epoch: 2 });
  const { epochs } = builder.build(CONFIG, BACKEND, 1);
  assert.deepEqual(epochs.map(({ epoch }) => epoch), [1, 2]);
});
