/**
 * What is said of how tilewright's step grows.
 *
 * @module
 */
import type { ScalingAxis, ScalingPoint, ScalingResults } from "../results.ts";
import { type Column, digits, factor, list, table } from "./markdown.ts";

const EXPLANATION =
  `tilewright alone, on the CPU with all threads where nothing else is said, with the
weight-sharing model; the input is sparse, as in the example. GFLOP/s counts the contractions and
reductions of the step, zero pixels included.`;

/** Losses of the same step in two forms differ by rounding alone. */
const LOSS_AGREEMENT = 0.01;

/** The chapter. */
export function scalingChapter({ points }: ScalingResults): string {
  const failed = [
    ...points.filter(({ why }) => why !== "").map(({ axis, value, form, why }) =>
      `${axis} ${value} (${form}): ${why}`
    ),
    ...differing(points).map((n) =>
      `n = ${n}: the first losses of the two forms differ by more than ${100 * LOSS_AGREEMENT} %.`
    ),
  ];
  return [
    "## How a step grows",
    "",
    EXPLANATION,
    "",
    ...tilesPart(points),
    ...plainPart("With the batch", "batch", "batch", points, [PER_SAMPLE]),
    ...plainPart("With the width of the hidden layer", "width", "width", points, []),
    ...plainPart("With threads", "threads", "threads", points, []),
    ...(failed.length === 0 ? [] : [
      "Not counted:",
      "",
      list(failed),
      "",
    ]),
  ].join("\n").trimEnd();
}

const timeOf = (point: ScalingPoint | undefined) => point?.milliseconds?.median;

const WORK: readonly Column<ScalingPoint>[] = [
  { heading: "MFLOP", numeric: true, text: ({ megaFlop }) => digits(megaFlop) },
  { heading: "ms", numeric: true, text: (point) => digits(timeOf(point)) },
  { heading: "at best", numeric: true, text: (point) => digits(point.milliseconds?.minimum) },
  {
    heading: "GFLOP/s",
    numeric: true,
    text: (point) => digits(point.megaFlop / (timeOf(point) ?? NaN)),
  },
];

const PER_SAMPLE: Column<ScalingPoint> = {
  heading: "µs per sample",
  numeric: true,
  text: (point) => digits(1000 * (timeOf(point) ?? NaN) / point.batch),
};

function plainPart(
  title: string,
  axis: ScalingAxis,
  heading: string,
  points: readonly ScalingPoint[],
  more: readonly Column<ScalingPoint>[],
): readonly string[] {
  const rows = points.filter((point) => point.axis === axis && point.why === "");
  if (rows.length === 0) return [];
  const value = { heading, numeric: true, text: (point: ScalingPoint) => `${point.value}` };
  return [`### ${title}`, "", table([value, ...WORK, ...more], rows), ""];
}

/** A number of uses of the weight, in both forms. */
interface Pair {
  readonly n: number;
  readonly derived: ScalingPoint;
  readonly written: ScalingPoint;
}

/** Pairs of points whose first losses agree, so that they compute the same. */
export function pairsOf(points: readonly ScalingPoint[]): readonly Pair[] {
  return allPairs(points).filter(agree);
}

/** The numbers of uses at which they do not. */
function differing(points: readonly ScalingPoint[]): readonly number[] {
  return allPairs(points).filter((pair) => !agree(pair)).map(({ n }) => n);
}

function agree({ derived, written }: Pair): boolean {
  const [a = NaN, b = NaN] = [derived.firstLoss, written.firstLoss];
  return Math.abs(a - b) <= LOSS_AGREEMENT * b;
}

function allPairs(points: readonly ScalingPoint[]): readonly Pair[] {
  const tiles = points.filter(({ axis, why }) => axis === "tiles" && why === "");
  return tiles.filter(({ form }) => form === "derived").flatMap((derived) => {
    const written = tiles.find(({ form, value }) =>
      form === "as written" && value === derived.value
    );
    return written === undefined ? [] : [{ n: derived.value, derived, written }];
  });
}

function savingOf({ derived, written }: Pair): number {
  return (timeOf(written) ?? NaN) / (timeOf(derived) ?? NaN);
}

function tilesPart(points: readonly ScalingPoint[]): readonly string[] {
  const pairs = pairsOf(points);
  const [first] = pairs, last = pairs.at(-1);
  if (first === undefined || last === undefined) return [];
  return [
    "### With the uses of the shared weight",
    "",
    `The middle layer's weight is used n times. As written, its product is 1000 wide whatever n is; the ` +
    `compiler's is 1000 / n wide. So the saving grows from ${factor(savingOf(first))} at n = ` +
    `${first.n} to ${factor(savingOf(last))} at n = ${last.n}; what remains are the other layers.`,
    "",
    "![Time of a step by uses of the weight](../bench/results/tiles.svg)",
    "",
    table([
      { heading: "n", numeric: true, text: ({ n }) => `${n}` },
      {
        heading: "as written, MFLOP",
        numeric: true,
        text: ({ written }) => digits(written.megaFlop),
      },
      { heading: "ms", numeric: true, text: ({ written }) => digits(timeOf(written)) },
      { heading: "derived, MFLOP", numeric: true, text: ({ derived }) => digits(derived.megaFlop) },
      { heading: "ms", numeric: true, text: ({ derived }) => digits(timeOf(derived)) },
      { heading: "saving", numeric: true, text: (pair) => factor(savingOf(pair)) },
    ], pairs),
    "",
  ];
}
