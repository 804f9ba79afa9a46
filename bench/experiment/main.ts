/**
 * `deno task experiment`: repeats the experiment of 2016 on MNIST.
 *
 * Exit codes: 0 done, 1 failed, 2 the command line cannot be followed.
 *
 * @module
 */
import { join } from "node:path";
import { runCommandLine } from "../../commands/command_line.ts";
import { drawSvg } from "../../commands/draw_svg.ts";
import { nameVulkanFolder } from "../../commands/vulkan_folder.ts";
import { tableHeading, tableRow } from "../../examples/mnist/epoch_table.ts";
import { openMnist } from "../../examples/mnist/mnist_files.ts";
import { ProgressBar } from "../../examples/mnist/progress_bar.ts";
import { trainingPlot } from "../../examples/mnist/training_plot.ts";
import { writeAtomically } from "../../runtime/files/atomic_file.ts";
import type { TrainerEvent } from "../../runtime/train/events.ts";
import { describeMachine } from "../machine.ts";
import { BENCH, ROOT } from "../places.ts";
import { format } from "../report/write.ts";
import { type ExperimentOptions, parseExperimentArguments } from "./options.ts";
import { experimentPage } from "./page.ts";
import type { ExperimentResults, ExperimentRun } from "./results.ts";
import { BATCH, trainVariant } from "./train_variant.ts";

const PAGE = join(ROOT, "docs", "experiment.md");
const DATA = join(BENCH, "results", "experiment.json");
const CURVES = join(BENCH, "results", "experiment.svg");

/** Runs the command; returns its exit code. */
function main(args: readonly string[]): Promise<number> {
  nameVulkanFolder();
  return runCommandLine(parseExperimentArguments(args), experiment);
}

async function experiment(options: ExperimentOptions): Promise<number> {
  const results = options.draw === true
    ? JSON.parse(await Deno.readTextFile(DATA))
    : await measure(options);
  if (options.write === true || options.draw === true) await write(results);
  else console.log(experimentPage(results));
  return 0;
}

async function measure(options: ExperimentOptions): Promise<ExperimentResults> {
  const data = await openMnist(options.data);
  const runs: ExperimentRun[] = [];
  let place = "";
  for (const seed of options.seeds) {
    for (const variant of options.models) {
      console.error(`── ${variant}, seed ${seed}\n${tableHeading()}`);
      const bar = new ProgressBar();
      const trained = await trainVariant(variant, seed, options, data, (event) => tell(event, bar));
      bar.hide();
      runs.push(trained.run);
      place = trained.place;
    }
  }
  return { machine: await describeMachine(), place, batch: BATCH, runs };
}

function tell(event: TrainerEvent<"accuracy">, bar: ProgressBar): void {
  if (event.kind === "progress") return bar.show(event);
  if (event.kind !== "epoch_end") return;
  bar.hide();
  console.error(tableRow(event));
}

/** Writes page, data and curves; those of the first seed. */
async function write(results: ExperimentResults): Promise<void> {
  const [first] = results.runs;
  const curves = results.runs.filter(({ seed }) => seed === first?.seed)
    .map(({ variant: name, epochs }) => ({ name, epochs }));
  await writeAtomically(DATA, JSON.stringify(results) + "\n");
  await writeAtomically(CURVES, await drawSvg(trainingPlot(curves)));
  await writeAtomically(PAGE, experimentPage(results));
  await format([PAGE]);
  console.error(`Wrote ${PAGE}, ${DATA} and ${CURVES}.`);
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
