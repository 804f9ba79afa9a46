/**
 * The files that a training run leaves: found writable before it begins, written after it.
 *
 * @module
 */
import { drawSvg } from "../../commands/draw_svg.ts";
import { requireOutputFolder, requireOutputPath } from "../../commands/output_path.ts";
import { writeAtomically } from "../../runtime/files/atomic_file.ts";
import type { TrainOptions } from "./train_options.ts";
import { type TrainReport, writeReport } from "./train_report.ts";
import { trainingPlot } from "./training_plot.ts";

/**
 * Refuses files and folders that could not be written after training.
 *
 * @throws {UsageError} naming the first of them
 */
export async function requireOutputs({ report, plot, checkpoint }: TrainOptions): Promise<void> {
  if (report !== undefined) await requireOutputPath("the report", report);
  if (plot !== undefined) await requireOutputPath("the plot", plot);
  if (checkpoint !== undefined) await requireOutputFolder("checkpoints", checkpoint);
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
