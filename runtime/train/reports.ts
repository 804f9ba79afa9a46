/**
 * When a trainer tells how training goes within an epoch, and of which steps.
 *
 * @module
 */
import type { Position } from "./checkpoint.ts";
import type { Clock } from "./clock.ts";
import type { Means, Report } from "./events.ts";
import type { Runs } from "./runs.ts";
import type { MetricName, Sums, TrainableSpec } from "./totals.ts";
import type { ReportOptions } from "./trainer_options.ts";

/** Steps of a report at most: so many runs may be queued before the host waits anyway. */
const MOST_STEPS = 100;

/**
 * The rhythm of reports. Each waits for the device, so the steps between two of them are as many as the device
 * takes in the time that is asked for: one at first, and then by how long the last ones took.
 */
export class Reports<M extends TrainableSpec> {
  readonly #options: ReportOptions<M>;
  #steps = 1;
  #taken = 0;
  #at = performance.now();
  #before: Sums = { samples: 0, totals: {} };

  constructor(options: ReportOptions<M>) {
    this.#options = options;
  }

  /** Begins with the steps that follow; waits for the device if some of this epoch were taken before. */
  async begin({ totals }: Runs<M>, { batch }: Position): Promise<void> {
    this.#restart(batch === 0 ? totals.sums : await totals.peek());
  }

  /** Notes that a step was queued; true if it should be reported. */
  step(): boolean {
    return ++this.#taken >= this.#steps;
  }

  /** True if steps were taken that no report has told of. */
  get isBehind(): boolean {
    return this.#taken > 0;
  }

  /** Waits for the device once, and tells of the steps since the last report. */
  async tell(
    { model, totals }: Runs<M>,
    { epoch, step }: Position,
    clock: Clock,
  ): Promise<Report<MetricName<M>>> {
    const { seconds: wanted, tensors: names = [] } = this.#options;
    const [sums, ...tensors] = await Promise.all([
      totals.peek(),
      ...names.map(async (name) => [name, await model.read(name)] as const),
    ]);
    const before = this.#before;
    const samples = sums.samples - before.samples;
    const means = Object.entries(sums.totals).map(([name, total]) =>
      [name, (total - (before.totals[name] ?? 0)) / samples] as const
    );
    const main = Object.fromEntries(means) as Means<MetricName<M>>; // Sums are named by M's totals.
    this.#steps = nextSteps(this.#taken, (performance.now() - this.#at) / 1000, wanted);
    this.#restart(sums);
    return {
      kind: "report",
      epoch,
      step,
      samples,
      seconds: clock.seconds,
      main,
      tensors: new Map(tensors),
    };
  }

  #restart(sums: Sums): void {
    this.#before = sums;
    this.#taken = 0;
    this.#at = performance.now();
  }
}

/**
 * How many steps to take before the next report.
 *
 * @param taken steps of the last report
 * @param elapsed seconds that they took
 * @param wanted seconds between reports
 */
export function nextSteps(taken: number, elapsed: number, wanted: number): number {
  // A few steps are no measure of many: not everything takes longer with them.
  const fitting = Math.round(taken * Math.min(4, wanted / elapsed));
  return Math.min(MOST_STEPS, Math.max(1, fitting));
}
