/**
 * The page about the experiment, from what was measured.
 *
 * @module
 */
import { counted, digits, factor, list, percent, table } from "../report/markdown.ts";
import {
  type Epoch,
  type ExperimentResults,
  type ExperimentRun,
  type Variant,
  VARIANTS,
} from "./results.ts";

/** What the author of the experiment reported; he ran Chainer on a GTX 1070. */
const AUTHOR: Readonly<Record<"shared" | "original", AuthorResult>> = {
  shared: { accuracies: { 1: 0.9683, 2: 0.974, 50: 0.984 }, seconds: 90 },
  original: { accuracies: { 1: 0.971, 50: 0.985 }, seconds: 114 },
};

interface AuthorResult {
  /** Of test images, by epoch. */
  readonly accuracies: Readonly<Record<number, number>>;
  /** For 50 epochs. */
  readonly seconds: number;
}

/** Epochs at the end over which accuracies are averaged: single ones swing. */
export const LAST_EPOCHS = 10;

const NAMES: Readonly<Record<Variant, string>> = {
  shared: "weight-sharing",
  "as-written": "weight-sharing, as written",
  original: "ordinary",
};

/** Numbers of one model, averaged over seeds. */
interface Summary {
  readonly variant: Variant;
  readonly runs: readonly ExperimentRun[];
  readonly first: ExperimentRun;
  /** Mean test accuracy of the last epochs. */
  readonly lastAccuracy: number;
  readonly seconds: number;
}

/** The whole page. */
export function experimentPage(results: ExperimentResults): string {
  const summaries = VARIANTS.flatMap((variant) => summaryOf(variant, results.runs));
  const epochs = Math.max(...results.runs.map((run) => run.epochs.length));
  return [
    "<!-- Written by `deno task experiment --write`; do not edit. -->",
    "# The experiment, repeated",
    INTRODUCTION,
    settingText(results, epochs),
    "## Accuracy on the test images",
    accuracyTable(summaries, epochs),
    accuracyNote(summaries, epochs),
    "## Loss",
    lossTable(summaries, epochs),
    "The author's losses are not known to us.",
    "![Losses and accuracies of all models by epoch](../bench/results/experiment.svg)",
    "## Cost",
    costTable(summaries, epochs, results.batch),
    "A step is counted as the multiplications, additions and subtractions of contractions and reductions, " +
    "forward, backward and update, for a batch of " +
    `${results.batch}. Seconds are those of training with ` +
    "validation, without copying the images. The models took turns, an epoch each, so that whatever else the " +
    "machine did cost all alike.",
    "## What follows",
    list(conclusions(summaries)),
    "## Again",
    "`deno task experiment --write` writes this page; `--help` tells more. The same seed gives the same " +
    "bits on the same backend.",
    "",
  ].join("\n\n");
}

const INTRODUCTION =
  "In 2016 the author of the weight-sharing layer trained two networks on MNIST with Chainer: an ordinary " +
  "one, 784 → 1000 → 1000 → 10, and one whose middle layer, 1000 → 900, cuts its input into ten slices and " +
  "multiplies each by the same 900 × 100 matrix, as a tile of it would. Adam with Chainer's numbers, batches " +
  "of 100, 50 epochs. He had written forward and backward of that layer by hand; here both are " +
  "derived from its formula. This page trains the same networks with the generated kernels, and the " +
  "weight-sharing one a second time *as written*: compiled without the rules that take the tile out of a " +
  "product, so that the tile is made and multiplied.";

function settingText({ machine, place, runs }: ExperimentResults, epochs: number): string {
  const seeds = [...new Set(runs.map(({ seed }) => seed))];
  return `${place}: ${machine.cpu}, ${counted(machine.cores, "core")}, ${machine.system}. ` +
    `${counted(epochs, "epoch")}, ${seeds.length === 1 ? "seed" : "seeds"} ${seeds.join(", ")}` +
    `${seeds.length === 1 ? "" : "; numbers are means over seeds"}.`;
}

function summaryOf(variant: Variant, all: readonly ExperimentRun[]): readonly Summary[] {
  const runs = all.filter((run) => run.variant === variant);
  const [first] = runs;
  if (first === undefined) return [];
  const lastAccuracy = mean(
    runs.map(({ epochs }) => mean(epochs.slice(-LAST_EPOCHS).map(accuracyOf))),
  );
  const seconds = mean(
    runs.map(({ epochs }) => epochs.reduce((sum, each) => sum + each.seconds, 0)),
  );
  return [{ variant, runs, first, lastAccuracy, seconds }];
}

const accuracyOf = ({ validation }: Epoch): number => validation?.accuracy ?? NaN;

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}

/** A number of an epoch, averaged over seeds. */
function at({ runs }: Summary, epoch: number, of: (epoch: Epoch) => number): number {
  return mean(runs.map(({ epochs }) => {
    const found = epochs[epoch - 1];
    return found === undefined ? NaN : of(found);
  }));
}

/** The first two epochs and the last two. */
function shownEpochs(epochs: number): readonly number[] {
  return [...new Set([1, 2, epochs - 1, epochs])].filter((epoch) => epoch >= 1);
}

const authorOf = (variant: Variant): AuthorResult | undefined =>
  variant === "as-written" ? undefined : AUTHOR[variant];

function accuracyTable(summaries: readonly Summary[], epochs: number): string {
  const rows = [
    ...shownEpochs(epochs).map((epoch) => ({
      label: `epoch ${epoch}`,
      author: (variant: Variant) => authorOf(variant)?.accuracies[epoch],
      ours: (summary: Summary) => at(summary, epoch, accuracyOf),
    })),
    {
      label: `mean of the last ${Math.min(LAST_EPOCHS, epochs)}`,
      author: () => undefined,
      ours: (summary: Summary) => summary.lastAccuracy,
    },
  ];
  return table([
    { heading: "", text: ({ label }) => label },
    ...summaries.flatMap((summary) => {
      const { variant } = summary;
      const ours = {
        heading: NAMES[variant],
        numeric: true,
        text: (row: typeof rows[number]) => row.ours(summary).toFixed(4),
      };
      const author = {
        heading: `${NAMES[variant]}, author`,
        numeric: true,
        text: (row: typeof rows[number]) => `${row.author(variant) ?? "–"}`,
      };
      return variant === "as-written" ? [ours] : [ours, author];
    }),
  ], rows);
}

function accuracyNote(summaries: readonly Summary[], epochs: number): string {
  if (epochs < 2 * LAST_EPOCHS) return "So few epochs tell little about the end of training.";
  const swings = summaries.map(({ variant, runs }) => {
    const all = runs.flatMap((run) => run.epochs.slice(-LAST_EPOCHS).map(accuracyOf));
    return `${NAMES[variant]} ${Math.min(...all).toFixed(4)} to ${Math.max(...all).toFixed(4)}`;
  });
  return `Single epochs near the end swing: among the last ${LAST_EPOCHS}, ${swings.join("; ")}. ` +
    "A single last epoch therefore says little, the author's included; the mean says more.";
}

function lossTable(summaries: readonly Summary[], epochs: number): string {
  const rows = shownEpochs(epochs);
  return table([
    { heading: "", text: (epoch) => `epoch ${epoch}` },
    ...summaries.flatMap((summary) => [
      {
        heading: `${NAMES[summary.variant]}, training`,
        numeric: true,
        text: (epoch: number) => digits(at(summary, epoch, ({ main }) => main.loss)),
      },
      {
        heading: "test",
        numeric: true,
        text: (epoch: number) => digits(at(summary, epoch, (each) => each.validation?.loss ?? NaN)),
      },
    ]),
  ], rows);
}

function costTable(summaries: readonly Summary[], epochs: number, batch: number): string {
  const steps = epochs * 60_000 / batch;
  return table([
    { heading: "model", text: ({ variant }) => NAMES[variant] },
    {
      heading: "parameters",
      numeric: true,
      text: ({ first }) => first.parameters.toLocaleString("en-US"),
    },
    {
      heading: "arithmetic per step",
      numeric: true,
      text: ({ first }) => `${digits(first.flops / 1e6)} MFLOP`,
    },
    {
      heading: `seconds for ${counted(epochs, "epoch")}`,
      numeric: true,
      text: ({ seconds }) => digits(seconds),
    },
    {
      heading: "ms per step",
      numeric: true,
      text: ({ seconds }) => digits(1000 * seconds / steps),
    },
    {
      heading: "author's seconds for 50",
      numeric: true,
      text: ({ variant }) => `${authorOf(variant)?.seconds ?? "–"}`,
    },
  ], summaries);
}

/** Sentences that hold for the numbers there are. */
function conclusions(summaries: readonly Summary[]): readonly string[] {
  const by = new Map(summaries.map((summary) => [summary.variant, summary]));
  const [shared, written, original] = VARIANTS.map((variant) => by.get(variant));
  return [
    ...(shared && original ? [aboutSharing(shared, original)] : []),
    ...(shared && written ? [aboutRewriting(shared, written)] : []),
    ...(shared && original && shared.runs.length > 1 ? [aboutSeeds(shared, original)] : []),
  ];
}

function aboutSharing(shared: Summary, original: Summary): string {
  const difference = shared.lastAccuracy - original.lastAccuracy;
  const parameters = 1 - shared.first.parameters / original.first.parameters;
  const flops = 1 - shared.first.flops / original.first.flops;
  return `Sharing weights takes ${percent(parameters)} of the parameters and ${
    percent(flops)
  } of the ` +
    `arithmetic away, and training takes ${
      factor(shared.seconds / original.seconds)
    } the time of the ordinary ` +
    `network. The mean accuracy of the last ${
      Math.min(LAST_EPOCHS, shared.first.epochs.length)
    } epochs is ${Math.abs(difference).toFixed(4)} ` +
    `${difference < 0 ? "lower" : "higher"}: ${
      Math.round(1e4 * Math.abs(difference))
    } of 10,000 images.`;
}

function aboutRewriting(shared: Summary, written: Summary): string {
  const loss = ({ main }: Epoch) => main.loss;
  const [a, b] = [at(shared, 1, loss), at(written, 1, loss)];
  return `As it is written, a step of the weight-sharing network is ${
    digits(written.first.flops / 1e6)
  } MFLOP; the compiler finds the slices' sum and leaves ${
    digits(shared.first.flops / 1e6)
  } MFLOP. ` +
    `Training takes ${
      factor(written.seconds / shared.seconds)
    } the time without that. Both compute the same ` +
    `function: after the first epoch, 600 steps, their training losses differ by ${
      percent(Math.abs(a / b - 1)).replace(/^0\.0 %$/, "less than 0.05 %")
    }; rounding then lets them part, as two orders of addition do.`;
}

function aboutSeeds(shared: Summary, original: Summary): string {
  const range = ({ runs }: Summary) => {
    const means = runs.map(({ epochs }) => mean(epochs.slice(-LAST_EPOCHS).map(accuracyOf)));
    return `${Math.min(...means).toFixed(4)} to ${Math.max(...means).toFixed(4)}`;
  };
  return `By seed, these means go from ${range(shared)} (weight-sharing) and from ${
    range(original)
  } (ordinary).`;
}
