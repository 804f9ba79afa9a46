/**
 * The files that a training run leaves: found writable before it begins, written after it.
 *
 * @module
 */
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../../commands/command_line.ts";
import { drawSvg } from "../../commands/draw_svg.ts";
import { requireOutputFolder, requireOutputPath } from "../../commands/output_path.ts";
import { writeAtomically } from "../../runtime/files/atomic_file.ts";
import { CHECKPOINT_FILE } from "../../runtime/files/checkpoint_folder.ts";
import type { TrainOptions } from "./train_options.ts";
import { type TrainReport, writeReport } from "./train_report.ts";
import { trainingPlot } from "./training_plot.ts";

/**
 * Refuses files and folders that could not be written after training, and a folder with a checkpoint that would be
 * lost.
 *
 * @param resumed the file of the checkpoint that training goes on from
 * @throws {UsageError} naming the first of them
 */
export async function requireOutputs(
  { report, plot, checkpoint, checkpointMinutes }: TrainOptions,
  resumed?: string,
): Promise<void> {
  if (report !== undefined) await requireOutputPath("the report", report);
  if (plot !== undefined) await requireOutputPath("the plot", plot);
  if (checkpoint === undefined) {
    if (checkpointMinutes === undefined) return;
    throw new UsageError(
      "--checkpoint-minutes saves nothing without a folder; name one with --checkpoint.",
    );
  }
  await requireOutputFolder("checkpoints", checkpoint);
  const there = await fileAt(join(checkpoint, CHECKPOINT_FILE));
  if (there === undefined || resumed !== undefined && there === await fileAt(resumed)) return;
  throw new UsageError(
    `Cannot write checkpoints to ${checkpoint}: the one of another training is there and would be lost; go on ` +
      `from it with --resume ${checkpoint}, or name another folder.`,
  );
}

/** The file that a path leads to, through links; `undefined` if there is none. */
function fileAt(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}

/** Writes the report and the plot that were asked for; there is no plot of no epoch. */
export async function writeOutputs(
  { model, report: reportFile, plot }: TrainOptions,
  report: TrainReport,
): Promise<void> {
  if (reportFile !== undefined) await writeReport(reportFile, report);
  if (plot === undefined) return;
  const { epochs } = report;
  if (epochs.length === 0) return console.error(`No epoch is over, so ${plot} was not drawn.`);
  await writeAtomically(plot, await drawSvg(trainingPlot([{ name: model, epochs }])));
}
