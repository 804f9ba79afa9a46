/**
 * `deno task train`: trains a network on MNIST with the generated kernels.
 *
 * Exit codes: 0 done, 1 failed, 2 the command line cannot be followed, 130 interrupted.
 *
 * @module
 */
import process from "node:process";
import { runCommandLine } from "../../commands/command_line.ts";
import { nameVulkanFolder } from "../../commands/vulkan_folder.ts";
import type { LoadedModule } from "../../runtime/backend.ts";
import {
  checkpointAt,
  loadCheckpoint,
  saveCheckpoint,
} from "../../runtime/files/checkpoint_folder.ts";
import { profileRows } from "../../runtime/profile.ts";
import type { Checkpoint } from "../../runtime/train/checkpoint.ts";
import { stopWithoutProgress } from "../../runtime/train/early_stopping.ts";
import type { TrainerEvent } from "../../runtime/train/events.ts";
import { Trainer } from "../../runtime/train/trainer.ts";
import type { CaptureOptions } from "../../runtime/train/trainer_options.ts";
import { counted } from "../../runtime/wording.ts";
import { captureOptions } from "./captures.ts";
import { tableHeading, tableRow } from "./epoch_table.ts";
import { Interrupt } from "./interrupt.ts";
import { type MnistData, openMnist } from "./mnist_files.ts";
import { MODELS } from "./models.ts";
import { OpenModel } from "./open_model.ts";
import { profileTable } from "./profile_table.ts";
import { ProgressBar } from "./progress_bar.ts";
import { keptOptions, resumedOptions } from "./resumed_options.ts";
import { parseTrainArguments, type TrainOptions, type TrainRequest } from "./train_options.ts";
import { requireOutputs, writeOutputs } from "./train_outputs.ts";
import { ReportBuilder } from "./train_report.ts";

/** Runs the command; returns its exit code. */
export function main(args: readonly string[]): Promise<number> {
  return runCommandLine(parseTrainArguments(args), train);
}

async function train(request: TrainRequest): Promise<number> {
  const { resume: path } = request.options;
  const file = path === undefined ? undefined : await checkpointAt(path);
  const checkpoint = file === undefined ? undefined : await loadCheckpoint(file);
  const options = file === undefined || checkpoint === undefined
    ? request.options
    : resumedOptions(request, checkpoint, file);
  await requireOutputs(options, file);
  if (options.init !== undefined) await checkpointAt(options.init);
  const captures = captureOptions(MODELS[options.model], options.capture);
  nameVulkanFolder();
  const { training, validation } = await openMnist(options.data);
  const dims = { B: options.batch, samples: training.count + validation.count };
  const place = await OpenModel.open(options, dims);
  try {
    console.log(`${place.reason}.`);
    if (checkpoint === undefined) await place.initialise();
    return await run(options, place, { training, validation, captures, ...resuming(checkpoint) });
  } finally {
    await place.close();
  }
}

/** What a trainer is given beside the options. */
interface Given extends MnistData {
  readonly captures: CaptureOptions;
  readonly resume?: Checkpoint;
}

function resuming(resume: Checkpoint | undefined): Pick<Given, "resume"> {
  return resume === undefined ? {} : { resume };
}

/** Trains, and writes what was asked for. */
async function run(
  options: TrainOptions,
  place: OpenModel,
  given: Given,
): Promise<number> {
  const interrupt = new Interrupt();
  const bar = new ProgressBar();
  const report = new ReportBuilder(given.resume?.history);
  let canGoOn = false, hasCaptured = false;
  try {
    const trainer = new Trainer({
      model: place.model,
      ...given,
      ...settingsOf(options, place),
      signal: interrupt.signal,
    });
    if (given.resume !== undefined) console.log(startOf(given.resume, options));
    console.log(tableHeading());
    for await (const event of trainer.run()) {
      report.add(event);
      hasCaptured ||= event.kind === "captured";
      canGoOn ||= event.kind === "checkpoint" || given.resume !== undefined;
      show(event, bar, place);
    }
    if (report.outcome === "stopped") console.log(reasonToStop(options));
    if (options.capture !== undefined && !hasCaptured) {
      console.error(`Nothing was captured: the step of ${options.capture} was not taken.`);
    }
    if (options.profile) console.log(await profileOf(place.model));
    await writeOutputs(options, report.build(options, place.model.backend, peakMemoryMiB()));
    return interrupt.signal.aborted ? 130 : 0;
  } finally {
    bar.hide();
    interrupt.dispose();
    const { checkpoint } = options;
    const isOver = report.outcome === "finished" || report.outcome === "stopped";
    if (checkpoint !== undefined && !isOver && canGoOn) {
      console.error(`Go on with: deno task train --resume ${checkpoint}`);
    }
  }
}

/** What a trainer takes, from what was asked for. */
function settingsOf(options: TrainOptions, place: OpenModel) {
  const { batch: batchSize, epochs, seed, steps, patience, checkpoint, checkpointMinutes } =
    options;
  return {
    batchSize,
    epochs,
    seed,
    ...(steps === undefined ? {} : { stepLimit: steps }),
    ...(patience === undefined ? {} : { stopWhen: stopWithoutProgress({ epochs: patience }) }),
    ...(options.onDeviceLoss === "restart" ? { onDeviceLoss: () => place.reopen() } : {}),
    ...(checkpoint === undefined ? {} : {
      checkpoints: {
        save: (moment: Checkpoint) => saveCheckpoint(checkpoint, moment),
        config: keptOptions(options),
        ...(checkpointMinutes === undefined ? {} : { minutes: checkpointMinutes }),
      },
    }),
  };
}

/** What somebody wants to see of an event. */
function show(event: TrainerEvent<"accuracy">, bar: ProgressBar, place: OpenModel): void {
  if (event.kind === "progress") return bar.show(event);
  bar.hide();
  if (event.kind === "epoch_end") console.log(tableRow(event));
  if (event.kind === "captured") {
    console.log(`Captured ${event.kernel} in step ${event.step}: ${event.place}`);
  }
  if (event.kind === "device_lost") {
    const { epoch, step } = event.position;
    console.error(`${event.message}.`);
    console.error(`Going on in epoch ${epoch} after step ${step}: ${place.reason}.`);
  }
}

/** Where training goes on. */
function startOf({ position }: Checkpoint, { epochs, steps = Infinity }: TrainOptions): string {
  const { epoch, step } = position;
  if (epoch > epochs) {
    return `Nothing is left to do after ${
      counted(epoch - 1, "epoch")
    }; ask for more with --epochs.`;
  }
  if (step >= steps) {
    return `Nothing is left to do after ${counted(step, "step")}; ask for more with --steps.`;
  }
  return `Going on in epoch ${epoch} of ${epochs} after step ${step}.`;
}

/** Why training has stopped early. */
function reasonToStop({ patience = 0 }: TrainOptions): string {
  return `Stopped: no lower loss on the test images for ${counted(patience, "epoch")}; ` +
    "go on with a larger --patience.";
}

/** The times of all kernels so far, as a table. */
async function profileOf(model: LoadedModule): Promise<string> {
  const { spec, dims } = model;
  return `\n${profileTable(profileRows({ times: await model.kernelTimes(), spec, dims }))}`;
}

/** Most memory the process has held; the system counts in KiB. */
function peakMemoryMiB(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
