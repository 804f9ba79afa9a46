import assert from "node:assert/strict";
import { join } from "node:path";
import { CHECKPOINT_FILE } from "../../runtime/files/checkpoint_folder.ts";
import type { TrainOptions } from "./train_options.ts";
import { requireOutputs, writeOutputs } from "./train_outputs.ts";
import type { TrainReport } from "./train_report.ts";

const OPTIONS: TrainOptions = {
  model: "original",
  epochs: 2,
  batch: 100,
  seed: 0,
  backend: "auto",
  onDeviceLoss: "stop",
};

function reportOf(losses: readonly number[]): TrainReport {
  const epochs = losses.map((loss, i) => {
    const means = { loss, accuracy: 0.5 };
    return { epoch: i + 1, steps: 1, seconds: 1, main: means, validation: means };
  });
  const backend = { name: "wasm", adapter: "V8", threads: 2 } as const;
  return { config: OPTIONS, backend, epochs, firstStepSeconds: null, peakMemoryMiB: 1 };
}

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("report and plot are written with what was measured", () =>
  inFolder(async (folder) => {
    const [report, plot] = [join(folder, "r.json"), join(folder, "p.svg")];
    const options = { ...OPTIONS, report, plot };
    await requireOutputs(options);
    await writeOutputs(options, reportOf([0.75, 0.375]));
    assert.equal(JSON.parse(await Deno.readTextFile(report)).epochs[1].main.loss, 0.375);
    assert.match(
      await Deno.readTextFile(plot),
      /^<svg[\s\S]*original, epoch 2: training loss 0\.375/,
    );
  }));

Deno.test("there is no plot of no epoch", () =>
  inFolder(async (folder) => {
    const plot = join(folder, "p.svg");
    await writeOutputs({ ...OPTIONS, plot }, reportOf([]));
    await assert.rejects(Deno.stat(plot), Deno.errors.NotFound);
  }));

Deno.test("what could not be written is refused before training", () =>
  inFolder(async (folder) => {
    const missing = join(folder, "none", "f");
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "");
    const refusals: readonly (readonly [Partial<TrainOptions>, RegExp])[] = [
      [{ report: missing }, /^UsageError: Cannot write the report .*: there is no folder /],
      [{ plot: missing }, /^UsageError: Cannot write the plot .*: there is no folder /],
      [{ plot: folder }, /^UsageError: Cannot write the plot .*: it is a folder\.$/],
      [{ checkpoint: file }, /^UsageError: Cannot write checkpoints to .*: it is no folder\.$/],
      [
        { checkpointMinutes: 5 },
        /^UsageError: --checkpoint-minutes saves nothing without a folder;/,
      ],
    ];
    for (const [changes, message] of refusals) {
      await assert.rejects(requireOutputs({ ...OPTIONS, ...changes }), message);
    }
  }));

Deno.test("a checkpoint is replaced by those of its own training alone", () =>
  inFolder(async (folder) => {
    const [run, other] = [join(folder, "run"), join(folder, "other")];
    for (const each of [run, other]) {
      await Deno.mkdir(each);
      await Deno.writeTextFile(join(each, CHECKPOINT_FILE), "");
    }
    const options = { ...OPTIONS, checkpoint: run };
    await requireOutputs(options, join(run, CHECKPOINT_FILE));
    await Deno.symlink(run, join(folder, "link"));
    await requireOutputs(options, join(folder, "link", CHECKPOINT_FILE));
    for (const resumed of [undefined, join(other, CHECKPOINT_FILE), join(folder, "gone")]) {
      await assert.rejects(requireOutputs(options, resumed), {
        name: "UsageError",
        message:
          `Cannot write checkpoints to ${run}: the one of another training is there and would be lost; ` +
          `go on from it with --resume ${run}, or name another folder.`,
      });
    }
    await requireOutputs({ ...OPTIONS, checkpoint: join(folder, "new") });
  }));
