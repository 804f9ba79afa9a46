/**
 * The JSON report of a training run.
 *
 * @module
 */
import type { BackendInfo } from "../../runtime/backend.ts";
import { writeAtomically } from "../../runtime/files/atomic_file.ts";
import type { Done, EpochEnd, Means, TrainerEvent } from "../../runtime/train/events.ts";
import type { TrainOptions } from "./train_options.ts";

/** One epoch in a report. */
interface ReportedEpoch {
  readonly epoch: number;
  /** Steps taken in this epoch. */
  readonly steps: number;
  /** Of this epoch, validation included. */
  readonly seconds: number;
  readonly main: Means<"accuracy">;
  /** Null if the run was interrupted before it was known. */
  readonly validation: Means<"accuracy"> | null;
}

/** What `--report` writes. */
export interface TrainReport {
  readonly config: TrainOptions;
  readonly backend: Pick<BackendInfo, "name" | "adapter" | "threads">;
  /** All since the start of training, those before it was resumed too. */
  readonly epochs: readonly ReportedEpoch[];
  /**
   * From the start of the program until the first step was done and its loss read: loading, compiling, and
   * copying the samples to the device included. Null if there was no step.
   */
  readonly firstStepSeconds: number | null;
  /** Most memory the process has held, in MiB. */
  readonly peakMemoryMiB: number;
}

/** Collects what a report holds from the events of a run. */
export class ReportBuilder {
  readonly #epochs: ReportedEpoch[];
  #firstStepSeconds: number | null = null;
  #outcome: Done["reason"] | null = null;

  /** @param history epochs of the training that goes on */
  constructor(history: readonly EpochEnd[] = []) {
    // A checkpoint of these models holds their metrics.
    this.#epochs = history.map((each) => reported(each as EpochEnd<"accuracy">));
  }

  /** How training has ended; null if it has not, or has failed. */
  get outcome(): Done["reason"] | null {
    return this.#outcome;
  }

  /** Takes note of an event. */
  add(event: TrainerEvent<"accuracy">): void {
    if (event.kind === "done") this.#outcome = event.reason;
    if (event.kind === "first_step") this.#firstStepSeconds = event.seconds;
    if (event.kind === "epoch_end") this.#epochs.push(reported(event));
  }

  /** The report so far. */
  build(config: TrainOptions, backend: BackendInfo, peakMemoryMiB: number): TrainReport {
    const { name, adapter, threads } = backend;
    return {
      config,
      backend: { name, adapter, threads },
      epochs: [...this.#epochs],
      firstStepSeconds: this.#firstStepSeconds,
      peakMemoryMiB,
    };
  }
}

function reported(
  { epoch, steps, seconds, main, validation }: EpochEnd<"accuracy">,
): ReportedEpoch {
  return { epoch, steps, seconds, main, validation };
}

/**
 * Writes a report: whole, or not at all.
 *
 * @throws {Error} if it cannot be written, with what to do
 */
export function writeReport(path: string, report: TrainReport): Promise<void> {
  return writeAtomically(path, JSON.stringify(report, null, 2) + "\n");
}
