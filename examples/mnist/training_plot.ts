/** How training went, as a plot. @module */
import type { PlotSpec } from "../../commands/draw_svg.ts";

/** Means per sample; the accuracy is a part of 1. */
interface PlottedMeans {
  readonly loss: number;
  readonly accuracy: number;
}

/** A model's training, as far as a plot shows it. */
export interface PlottedTraining {
  /** As the plot calls it. */
  readonly name: string;
  /** In order. */
  readonly epochs: readonly {
    /** Counted from 1. */
    readonly epoch: number;
    /** Of training samples. */
    readonly main: PlottedMeans;
    /** Of validation samples; null if they were not judged. */
    readonly validation: PlottedMeans | null;
  }[];
}

/** A plot beside others, and what lies one over the other in it. */
type Panel = Extract<PlotSpec, { readonly hconcat: unknown }>["hconcat"][number];
type Layer = Extract<Panel, { readonly layer: unknown }>["layer"][number];

/** What is drawn of one epoch: a point of a loss and one of an accuracy. */
interface Row extends PlottedMeans {
  readonly model: string;
  readonly epoch: number;
  readonly samples: typeof SAMPLES[number];
  /** The only one of its model, so that no line goes through it. */
  readonly alone: boolean;
}

const TITLE = "Losses and accuracies by epoch";
const SAMPLES = ["training", "validation"] as const;
/** A scale of losses is logarithmic if the largest is so many times the smallest. */
const WIDE = 20;
/** Told apart from white and from black; the first ones also by those who see few colours. */
const COLOURS = ["#2f81d8", "#d2691e", "#2a9d6f", "#b65fcf", "#a07c00", "#d1495b"];
const GREY = "#7c7c7c";

/**
 * A plot of losses and one of accuracies by epoch, side by side. A model has a colour; its training samples
 * are a thin, dashed line, validation samples a thick one. The background is left to the page.
 *
 * @throws {RangeError} if no model has an epoch, or two have one name
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { drawSvg } from "../../commands/draw_svg.ts";
 * const plot = trainingPlot([{
 *   name: "shared",
 *   epochs: [1, 2].map((epoch) => ({
 *     epoch,
 *     main: { loss: 0.3 / epoch, accuracy: 1 - 0.1 / epoch },
 *     validation: { loss: 0.2 / epoch, accuracy: 1 - 0.08 / epoch },
 *   })),
 * }]);
 * assert.match(await drawSvg(plot), /shared, epoch 2: training loss 0\.150/);
 * ```
 */
export function trainingPlot(trainings: readonly PlottedTraining[]): PlotSpec {
  const rows = trainings.flatMap(rowsOf);
  if (rows.length === 0) throw new RangeError("Cannot plot training: no epoch is over.");
  const names = trainings.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) {
    throw new RangeError(`Cannot plot training: two models are named ${twice}.`);
  }
  return {
    title: { text: TITLE, subtitle: names.join(", ") },
    description: `${TITLE}. ${trainings.map(lastEpochText).join(" ")}`,
    data: { values: rows },
    hconcat: [panel(rows, names, lossAxis(rows)), panel(rows, names, ACCURACY_AXIS)],
    background: "transparent",
    config: lookOf(rows),
  };
}

function lookOf(rows: readonly Row[]): Exclude<PlotSpec["config"], undefined> {
  const hasPoints = rows.some(({ alone }) => alone);
  const symbolSize = hasPoints ? POINT_SIZE : LINE_LENGTH ** 2;
  return {
    font: "sans-serif",
    view: { stroke: null },
    title: { color: GREY, subtitleColor: GREY, anchor: "start" },
    axis: {
      labelColor: GREY,
      titleColor: GREY,
      titleFontWeight: "normal",
      tickColor: GREY,
      domainColor: GREY,
      gridColor: GREY,
      gridOpacity: 0.25,
    },
    legend: { labelColor: GREY, orient: "bottom", labelLimit: 400, symbolSize },
  };
}

function rowsOf({ name: model, epochs }: PlottedTraining): readonly Row[] {
  const alone = epochs.length === 1;
  return epochs.flatMap(({ epoch, main, validation }) =>
    [main, validation].flatMap((means, i): readonly Row[] => {
      const samples = SAMPLES[i];
      if (means === null || samples === undefined) return [];
      const { loss, accuracy } = means;
      return [{ model, epoch, samples, loss, accuracy, alone }];
    })
  );
}

/** The numbers of a model's last epoch, for those who do not see the plot. */
function lastEpochText({ name, epochs }: PlottedTraining): string {
  const last = epochs.at(-1);
  if (last === undefined) return `${name}: no epoch.`;
  const text = (samples: string, { loss, accuracy }: PlottedMeans) =>
    `${samples} loss ${loss.toPrecision(3)}, accuracy ${(100 * accuracy).toFixed(2)} %`;
  const { epoch, main, validation } = last;
  const parts = [
    text("training", main),
    ...(validation === null ? [] : [text("validation", validation)]),
  ];
  return `${name}, epoch ${epoch}: ${parts.join("; ")}.`;
}

/** What a panel shows of a row, and its vertical axis. */
interface Axis {
  readonly field: "loss" | "accuracy";
  readonly title: string;
  readonly scale: { readonly type?: "log"; readonly zero?: boolean; readonly domain?: number[] };
  readonly axis: {
    readonly format: string;
    readonly tickCount?: number;
    readonly values?: number[];
  };
}

const ACCURACY_AXIS: Axis = {
  field: "accuracy",
  title: "accuracy",
  scale: { zero: false },
  axis: { format: "~%", tickCount: 6 },
};

function lossAxis(rows: readonly Row[]): Axis {
  const losses = rows.map(({ loss }) => loss);
  const [least, most] = [Math.min(...losses), Math.max(...losses)];
  const field = "loss", title = "mean loss", format = "~g";
  if (least <= 0 || most <= WIDE * least) {
    return { field, title, scale: { zero: true }, axis: { format, tickCount: 6 } };
  }
  const values = roundNumbers(least, most);
  return {
    field,
    title: `${title} (logarithmic)`,
    scale: { type: "log", domain: [values.at(0) ?? least, values.at(-1) ?? most] },
    axis: { format, values },
  };
}

/**
 * 1, 2 and 5 times powers of ten: from the last that is at most `least` to the first that is at least `most`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(roundNumbers(0.03, 0.7), [0.02, 0.05, 0.1, 0.2, 0.5, 1]);
 * ```
 */
export function roundNumbers(least: number, most: number): number[] {
  const from = Math.floor(Math.log10(least)), to = Math.ceil(Math.log10(most));
  const all = Array.from({ length: to - from + 1 }, (_, i) => from + i)
    .flatMap((power) => [1, 2, 5].map((digit) => Number(`${digit}e${power}`)));
  const first = all.findLastIndex((value) => value <= least);
  return all.slice(Math.max(first, 0), all.findIndex((value) => value >= most) + 1);
}

/** Lines, and points where a model has one epoch only. */
function panel(rows: readonly Row[], names: readonly string[], axis: Axis): Panel {
  const epochs = rows.map(({ epoch }) => epoch);
  const [first, last] = [Math.min(...epochs), Math.max(...epochs)];
  const margin = first === last ? 0.5 : 0;
  return {
    width: 300,
    height: 220,
    encoding: {
      x: {
        field: "epoch",
        type: "quantitative",
        title: "epoch",
        scale: { domain: [first - margin, last + margin], nice: false },
        axis: { tickMinStep: 1, format: "d", grid: false },
      },
      y: { type: "quantitative", ...axis },
      color: {
        field: "model",
        type: "nominal",
        title: null,
        scale: { domain: [...names], range: COLOURS },
        legend: names.length === 1 ? null : {},
      },
    },
    layer: [
      ...(rows.every(({ alone }) => alone) ? [] : [LINES]),
      ...(rows.some(({ alone }) => alone) ? [POINTS] : []),
    ],
  };
}

/** In square pixels, as Vega counts them. */
const POINT_SIZE = 80;
/** Of lines in the legend, in pixels. */
const LINE_LENGTH = 20;

const bySamples = <Type extends "ordinal" | "nominal", Value>(
  type: Type,
  range: readonly [Value, Value],
) => ({
  field: "samples",
  type,
  title: null,
  scale: { domain: [...SAMPLES], range: [...range] },
});

const LINES: Layer = {
  mark: "line",
  transform: [{ filter: "!datum.alone" }],
  encoding: {
    strokeDash: bySamples("ordinal", [[4, 3], [1, 0]]),
    strokeWidth: bySamples("ordinal", [1.25, 2.75]),
  },
};

const POINTS: Layer = {
  mark: { type: "point", size: POINT_SIZE, strokeWidth: 2 },
  transform: [{ filter: "datum.alone" }],
  encoding: { shape: bySamples("nominal", ["circle", "diamond"]) },
};
