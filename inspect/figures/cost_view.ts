/**
 * What the table of costs shows: the work and the traffic of each call of a program, and its share.
 *
 * @module
 */
import { evaluateCount } from "../../codegen/documents/arithmetic.ts";
import type { Program } from "../../codegen/kernel/kernel.ts";
import { kernelBytes, kernelFlops } from "../../codegen/kernel/work.ts";
import { type DimValues, showDimValues } from "../../dsl/dim.ts";
import { amountText, bytesText } from "../../explain/amounts.ts";

/** A call. */
export interface CostRow {
  readonly number: number;
  readonly name: string;
  readonly frame: string;
  readonly flops: string;
  /** Of all operations, in percent: a width. */
  readonly flopShare: number;
  /** Nothing if there are none. */
  readonly flopShareText: string;
  readonly bytes: string;
  /** Of all bytes, in percent: a width. */
  readonly byteShare: number;
  readonly byteShareText: string;
  /** Operations per byte. */
  readonly intensity: string;
}

/** The table's contents. */
export interface CostView {
  readonly rows: readonly CostRow[];
  readonly flops: string;
  readonly bytes: string;
  readonly intensity: string;
  /** The sizes that were used. */
  readonly sizes: string;
}

/** The costs of a program; `undefined` if a dim has no typical size. */
export function costView({ kernels }: Program, typical: DimValues): CostView | undefined {
  const counted = kernels.map((kernel) => ({
    kernel,
    flops: evaluateCount(kernelFlops(kernel), typical),
    bytes: evaluateCount(kernelBytes(kernel), typical),
  }));
  const known = counted.flatMap(({ kernel, flops, bytes }) =>
    flops === undefined || bytes === undefined ? [] : [{ kernel, flops, bytes }]
  );
  if (known.length < counted.length || known.length === 0) return undefined;
  const allFlops = known.reduce((sum, { flops }) => sum + flops, 0);
  const allBytes = known.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    rows: known.map(({ kernel, flops, bytes }, at): CostRow => ({
      number: at + 1,
      name: kernel.name,
      frame: kernel.schedule.frame,
      flops: flops === 0 ? "–" : amountText(flops, "FLOP"),
      flopShare: percent(flops, allFlops),
      flopShareText: flops === 0 ? "" : shareText(percent(flops, allFlops)),
      bytes: bytesText(bytes),
      byteShare: percent(bytes, allBytes),
      byteShareText: shareText(percent(bytes, allBytes)),
      intensity: intensityText(flops, bytes),
    })),
    flops: amountText(allFlops, "FLOP"),
    bytes: bytesText(allBytes),
    intensity: intensityText(allFlops, allBytes),
    sizes: showDimValues(typical),
  };
}

const percent = (part: number, whole: number): number =>
  whole === 0 ? 0 : Math.round(1000 * part / whole) / 10;

const shareText = (share: number): string => share === 0 ? "< 0.1 %" : `${share} %`;

const intensityText = (flops: number, bytes: number): string =>
  flops === 0 || bytes === 0 ? "–" : (flops / bytes).toPrecision(2);
