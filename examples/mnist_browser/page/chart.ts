/// <reference lib="dom" />
/** A chart of training: two curves over steps. @module */
import uPlot from "uplot";
import { Curves } from "./curves.ts";
import { colour, onThemeChange } from "./elements.ts";

/** How numbers are shown. */
export interface ChartForm {
  /** What they are: "Loss". */
  readonly what: string;
  /** A number as text. */
  readonly format: (value: number) => string;
  /** A round number as text, beside an axis. */
  readonly formatTick: (value: number) => string;
  /** True to let each power of ten take the same height. */
  readonly logarithmic?: boolean;
}

/** Pixels of the legend below. */
const LEGEND_HEIGHT = 32;

/** A chart in an element, as large as it is. */
export class Chart {
  readonly #place: HTMLElement;
  readonly #form: ChartForm;
  readonly #curves = new Curves();
  readonly #plot: uPlot;

  constructor(place: HTMLElement, form: ChartForm) {
    this.#place = place;
    this.#form = form;
    this.#plot = new uPlot(this.#options(), [[], [], []], place);
    new ResizeObserver(() => this.#plot.setSize(this.#size())).observe(place);
    onThemeChange(() => this.#plot.redraw(false, true));
  }

  /** Begins anew. */
  clear(): void {
    this.#curves.clear();
    this.draw();
  }

  /** Adds numbers at a step; they are drawn with the next {@linkcode Chart.draw}. */
  add(step: number, numbers: { readonly training?: number; readonly test?: number }): void {
    this.#curves.add(step, numbers);
  }

  /** Draws all points, and says the last ones to who cannot see them. */
  draw(): void {
    const [steps, training, test] = this.#curves.points;
    this.#plot.setData([steps, training, test]);
    const { what, format } = this.#form;
    const last = (of: readonly (number | null)[]) => of.findLast((each) => each !== null);
    const words = [["training", last(training)], ["test", last(test)]].flatMap(([name, value]) =>
      typeof value === "number" ? [`${name} ${format(value)}`] : []
    );
    const text = words.length === 0 ? "nothing yet" : `${words.join(", ")} at step ${steps.at(-1)}`;
    this.#place.setAttribute("aria-label", `${what} by step: ${text}`);
  }

  #size(): { readonly width: number; readonly height: number } {
    const { clientWidth: width, clientHeight } = this.#place;
    return { width, height: clientHeight - LEGEND_HEIGHT };
  }

  #options(): uPlot.Options {
    const { format, formatTick, logarithmic = false } = this.#form;
    const value = (_: uPlot, each: number | null) => each === null ? "–" : format(each);
    const axis: uPlot.Axis = {
      stroke: () => colour("muted"),
      grid: { stroke: () => colour("line"), width: 1 },
      ticks: { stroke: () => colour("line"), width: 1, size: 4 },
      font: "12px system-ui, sans-serif",
    };
    return {
      ...this.#size(),
      cursor: { points: { size: 7 }, drag: { x: false, y: false } },
      scales: {
        x: {
          time: false,
          range: (_, least, most) => [Math.min(0, least ?? 0), Math.max(10, most ?? 0)],
        },
        y: logarithmic ? { distr: 3 } : { range: (_, least, most) => percentRange(least, most) },
      },
      axes: [
        {
          ...axis,
          size: 34,
          values: (_, splits) => splits.map((each) => each.toLocaleString("en")),
        },
        {
          ...axis,
          size: 48,
          values: (_, splits) => splits.map((each) => each === null ? "" : formatTick(each)),
        },
      ],
      series: [
        { label: "Step", value: (_, each) => each === null ? "–" : each.toLocaleString("en") },
        {
          label: "Training",
          stroke: () => colour("accent"),
          width: 2,
          spanGaps: true,
          value,
          points: { show: false },
        },
        {
          label: "Test",
          stroke: () => colour("test"),
          width: 2,
          spanGaps: true,
          value,
          points: { show: true, size: 7, fill: () => colour("test") },
        },
      ],
    };
  }
}

/** A range of shares that all of them fit in, which never falls together. */
function percentRange(least: number | null, most: number | null): [number, number] {
  const top = Math.min(1, Math.max(most ?? 1, 0.01));
  const bottom = Math.min(least ?? 0, top);
  const margin = Math.max(0.01, (top - bottom) * 0.06);
  return [Math.max(0, bottom - margin), Math.min(1, top + margin)];
}
