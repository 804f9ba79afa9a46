/**
 * The document that a run writes.
 *
 * @module
 */
import {
  END_AGREEMENT,
  JUDGED_STEPS,
  LOSS_OF_CHANCE,
  START_AGREEMENT,
  START_TOLERANCE,
} from "../loss_check.ts";
import type { BenchResults } from "../results.ts";
import { kernelsChapter } from "./kernels_report.ts";
import { counted, list } from "./markdown.ts";
import { peaksChapter } from "./peaks_report.ts";
import { scalingChapter } from "./scaling_report.ts";
import { stepChapter } from "./step_report.ts";

/** All chapters of which there are results. */
export function reportDocument(results: BenchResults): string {
  const { step, kernels, scaling, peaks, notices } = results;
  return [
    "<!-- Written by `deno task bench --write`; do not edit. -->",
    "",
    "# Benchmarks",
    "",
    settingText(results),
    "",
    ...(results.quick ? [QUICK, ""] : []),
    ...(notices.length === 0 ? [] : [list(notices), ""]),
    ...(step === undefined ? [] : [stepChapter(step), ""]),
    ...(kernels === undefined ? [] : [kernelsChapter(kernels), ""]),
    ...(scaling === undefined ? [] : [scalingChapter(scaling), ""]),
    ...(peaks === undefined ? [] : [peaksChapter(peaks), ""]),
    METHOD,
    "",
    list(results.engines),
    "",
  ].join("\n");
}

const QUICK =
  `**This was a quick run, of short turns: it shows that everything works, and its numbers
mean little.**`;

function settingText({ date, seconds, rounds, machine }: BenchResults): string {
  const { cpu, vectors, cores, system, deno, v8 } = machine;
  return `Measured on ${date.slice(0, 10)} in ${counted(Math.ceil(seconds / 60), "minute")} and ` +
    `${counted(rounds, "round")}, on ${cpu} (${vectors}), ${
      counted(cores, "core")
    }, ${system}, with ` +
    `Deno ${deno} (V8 ${v8}). WebAssembly's vectors have 128 bits, whatever the processor's have. All ` +
    `numbers of this page are from that run; the raw ones are in ` +
    `[bench/results](../bench/results/results.json).`;
}

const METHOD = `## How it was measured

Every contestant is a process of its own. They take turns, one after another and never two at once, in
rounds; every other round runs in the opposite order. A median is taken of each turn first and then over
turns.

All contestants train on the same MNIST images, from the same first weights and in the same order, so
their losses must agree. A row counts only if its loss starts within ${START_TOLERANCE} of
ln 10 = ${LOSS_OF_CHANCE.toFixed(2)} and within ${100 * START_AGREEMENT} % of the median of all
contestants, falls, and has a mean over its last ${JUDGED_STEPS} steps that lies within
${
  100 * END_AGREEMENT
} % of the median of all over the same steps. Contestants that are slow take fewer
steps.

Every peer runs as it is fastest: jax-js with one compiled function for the whole step, tfjs with
explicit transposes, NumPy with preallocated results and Adam in blocks, PyTorch with threads that sleep
while they wait; no variable of the environment tunes OpenBLAS. The scripts are in \`bench/peers/\`.

What took part:`;
