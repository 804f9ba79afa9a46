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
import { type MnistData, openMnist } from "../../examples/mnist/mnist_files.ts";
import { ProgressBar } from "../../examples/mnist/progress_bar.ts";
import { trainingPlot } from "../../examples/mnist/training_plot.ts";
import { writeAtomically } from "../../runtime/files/atomic_file.ts";
import { describeMachine } from "../machine.ts";
import { BENCH, ROOT } from "../places.ts";
import { format } from "../report/write.ts";
import { type ExperimentOptions, parseExperimentArguments } from "./options.ts";
import { experimentPage } from "./page.ts";
import type { ExperimentResults } from "./results.ts";
import { BATCH, VariantRun } from "./variant_run.ts";

const PAGE = join(ROOT, "docs", "experiment.md");
const DATA = join(BENCH, "results", "experiment.json");
const CURVES = join(BENCH, "results", "experiment.svg");

/** Runs the command; returns its exit code. */
function main(args: readonly string[]): Promise<number> {
  nameVulkanFolder();
  return runCommandLine(parseExperimentArguments(args), experiment);
}

async function experiment(options: ExperimentOptions): Promise<number> {
  if (options.draw === true) {
    await write(JSON.parse(await Deno.readTextFile(DATA)));
    return 0;
  }
  const { results, trained } = await measure(options);
  if (options.write === true) await write(results);
  else console.log(experimentPage(results));
  for (const run of trained) await run.forget();
  return 0;
}

interface Measured {
  readonly results: ExperimentResults;
  readonly trained: readonly VariantRun[];
}

async function measure(options: ExperimentOptions): Promise<Measured> {
  const data = await openMnist(options.data);
  const trained: VariantRun[] = [];
  for (const seed of options.seeds) trained.push(...await trainInTurn(seed, options, data));
  const runs = trained.map(({ result }) => result);
  const place = trained.at(-1)?.place ?? "";
  return { results: { machine: await describeMachine(), place, batch: BATCH, runs }, trained };
}

/** Trains the models of a seed an epoch each in turn, so that whatever else the machine does costs all alike. */
async function trainInTurn(
  seed: number,
  options: ExperimentOptions,
  data: MnistData,
): Promise<readonly VariantRun[]> {
  const bar = new ProgressBar();
  const runs: VariantRun[] = [];
  try {
    for (const variant of options.models) {
      runs.push(await VariantRun.open(variant, seed, options, data));
    }
    console.error(`${" ".repeat(NAME_WIDTH)}${tableHeading()}`);
    while (runs.some(({ epochs }) => epochs < options.epochs)) {
      // After an interruption one of them may be ahead.
      const least = Math.min(...runs.map(({ epochs }) => epochs));
      for (const run of runs.filter(({ epochs }) => epochs === least)) {
        const end = await run.nextEpoch((event) => event.kind === "progress" && bar.show(event));
        bar.hide();
        if (end !== undefined) console.error(`${run.variant.padEnd(NAME_WIDTH)}${tableRow(end)}`);
      }
    }
    return runs;
  } finally {
    bar.hide();
    for (const run of runs) await run.close();
  }
}

const NAME_WIDTH = 12;

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
