/**
 * Plots, as descriptions for Vega-Lite.
 *
 * @module
 */
import type { PlotSpec } from "../../commands/draw_svg.ts";
import type { BenchResults, ScalingResults, StepResults } from "../results.ts";
import { pairsOf } from "./scaling_report.ts";
import { nameOf } from "./step_report.ts";

/** A plot: the name of its file, and what it shows. */
export interface Chart {
  readonly file: string;
  readonly spec: PlotSpec;
}

const LOOK: Pick<PlotSpec, "background" | "config"> = {
  background: "white",
  config: { font: "sans-serif", axis: { labelLimit: 400, titleFontWeight: "normal" } },
};

/** The plots of those sections that were measured. */
export function charts({ step, scaling }: BenchResults): readonly Chart[] {
  return [
    ...(step === undefined ? [] : [stepChart(step)]),
    ...(scaling === undefined ? [] : [tilesChart(scaling)]),
  ];
}

/** Every contestant of the weight-sharing model that counts: a dot at its median. */
function stepChart({ rows }: StepResults): Chart {
  const values = rows.filter(({ model, counts }) => model === "shared" && counts).map((row) => ({
    contestant: nameOf(row),
    engine: row.engine,
    milliseconds: row.measured?.milliseconds.median,
  }));
  return {
    file: "step.svg",
    spec: {
      ...LOOK,
      data: { values },
      width: 480,
      height: { step: 18 },
      mark: { type: "point", filled: true, opacity: 1, size: 80 },
      encoding: {
        y: { field: "contestant", type: "nominal", sort: { field: "milliseconds" }, title: null },
        x: {
          field: "milliseconds",
          type: "quantitative",
          scale: { type: "log" },
          axis: { values: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] },
          title: "milliseconds per step, weight-sharing model (logarithmic)",
        },
        color: { field: "engine", type: "nominal", title: null },
      },
    },
  };
}

/** Both forms over the number of uses of the weight. */
function tilesChart({ points }: ScalingResults): Chart {
  const values = pairsOf(points).flatMap(({ n, derived, written }) =>
    [derived, written].map(({ form, milliseconds }) => ({
      n,
      form,
      milliseconds: milliseconds?.median,
    }))
  );
  return {
    file: "tiles.svg",
    spec: {
      ...LOOK,
      data: { values },
      width: 480,
      height: 240,
      mark: { type: "line", point: true },
      encoding: {
        x: {
          field: "n",
          type: "quantitative",
          scale: { type: "log" },
          axis: { values: [...new Set(values.map(({ n }) => n))] },
          title: "uses of the shared weight, n (logarithmic)",
        },
        y: {
          field: "milliseconds",
          type: "quantitative",
          scale: { zero: true },
          title: "milliseconds per step",
        },
        color: { field: "form", type: "nominal", title: null },
      },
    },
  };
}
