/**
 * `deno task train`: trains a network on MNIST with the generated kernels.
 *
 * Exit codes: 0 done, 1 failed, 2 the command line cannot be followed, 130 interrupted.
 *
 * @module
 */
import process from "node:process";
import type { Backend, LoadedModule } from "../../runtime/backend.ts";
import { openBackend } from "../../runtime/open_backend.ts";
import { initialiseModule } from "../../runtime/parameters.ts";
import { profileRows } from "../../runtime/profile.ts";
import type { Dims } from "../../runtime/spec.ts";
import { Trainer } from "../../runtime/train/trainer.ts";
import { tableHeading, tableRow } from "./epoch_table.ts";
import { Interrupt } from "./interrupt.ts";
import { openMnist } from "./mnist_files.ts";
import { MODELS } from "./models.ts";
import { profileTable } from "./profile_table.ts";
import { ProgressBar } from "./progress_bar.ts";
import { parseTrainArguments, type TrainOptions } from "./train_options.ts";
import { runCommandLine } from "../../commands/command_line.ts";
import { nameVulkanFolder } from "../../commands/vulkan_folder.ts";
import { storedSchedules } from "./tuned_file.ts";
import { ReportBuilder, requireReportPath, writeReport } from "./train_report.ts";

/** Runs the command; returns its exit code. */
function main(args: readonly string[]): Promise<number> {
  return runCommandLine(parseTrainArguments(args), train);
}

async function train(options: TrainOptions): Promise<number> {
  if (options.report !== undefined) await requireReportPath(options.report);
  nameVulkanFolder();
  const tuned = await storedSchedules();
  const { backend, reason } = await openBackend({
    ...options,
    ...(tuned === undefined ? {} : { tuned }),
  });
  try {
    console.log(`${reason}.`);
    return await trainOn(backend, options);
  } finally {
    await backend.dispose();
  }
}

async function trainOn(backend: Backend, options: TrainOptions): Promise<number> {
  const { training, validation } = await openMnist(options.data);
  const dims = { B: options.batch, samples: training.count + validation.count };
  const model = await backend.load(MODELS[options.model], dims);
  const interrupt = new Interrupt();
  const bar = new ProgressBar();
  try {
    initialiseModule(model, dims, options.seed);
    const trainer = new Trainer({
      model,
      training,
      validation,
      batchSize: options.batch,
      epochs: options.epochs,
      seed: options.seed,
      signal: interrupt.signal,
      ...(options.steps === undefined ? {} : { stepLimit: options.steps }),
    });
    const report = new ReportBuilder();
    console.log(tableHeading());
    for await (const event of trainer.run()) {
      report.add(event);
      if (event.kind === "progress") bar.show(event);
      if (event.kind !== "epoch_end") continue;
      bar.hide();
      console.log(tableRow(event));
    }
    if (options.profile) console.log(await profileOf(model, dims));
    if (options.report !== undefined) {
      await writeReport(options.report, report.build(options, backend.info, peakMemoryMiB()));
    }
    return interrupt.signal.aborted ? 130 : 0;
  } finally {
    bar.hide();
    interrupt.dispose();
    model.dispose();
  }
}

/** The times of all kernels so far, as a table. */
async function profileOf(model: LoadedModule, dims: Dims<string>): Promise<string> {
  const rows = profileRows({ times: await model.kernelTimes(), spec: model.spec, dims });
  return `\n${profileTable(rows)}`;
}

/** Most memory the process has held; the system counts in KiB. */
function peakMemoryMiB(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
