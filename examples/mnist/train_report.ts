/**
 * The JSON report of a training run.
 *
 * @module
 */
import { dirname } from "node:path";
import type { BackendInfo } from "../../runtime/backend.ts";
import { writeAtomically } from "../../runtime/files/atomic_file.ts";
import type { EpochEnd, Means, TrainerEvent } from "../../runtime/train/events.ts";
import { UsageError } from "../../commands/command_line.ts";
import type { TrainOptions } from "./train_options.ts";

/** One epoch in a report. */
interface ReportedEpoch {
  readonly epoch: number;
  /** Steps taken in this epoch. */
  readonly steps: number;
  /** Of this epoch, validation included. */
  readonly seconds: number;
  readonly main: Means;
  /** Null if the run was interrupted before it was known. */
  readonly validation: Means | null;
}

/** What `--report` writes. */
export interface TrainReport {
  readonly config: TrainOptions;
  readonly backend: Pick<BackendInfo, "name" | "adapter" | "threads">;
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
  readonly #epochs: ReportedEpoch[] = [];
  #firstStepSeconds: number | null = null;

  /** Takes note of an event. */
  add(event: TrainerEvent): void {
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

function reported({ epoch, steps, seconds, main, validation }: EpochEnd): ReportedEpoch {
  return { epoch, steps, seconds, main, validation };
}

/**
 * Finds out before training whether a report can be written afterwards.
 *
 * @throws {UsageError} if its folder does not exist, or if the path is a folder
 */
export async function requireReportPath(path: string): Promise<void> {
  const folder = dirname(path);
  if (!await isFolder(folder)) {
    throw new UsageError(`Cannot write the report ${path}: there is no folder ${folder}.`);
  }
  if (await isFolder(path)) {
    throw new UsageError(`Cannot write the report ${path}: it is a folder.`);
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}

/**
 * Writes a report: whole, or not at all.
 *
 * @throws {Error} if it cannot be written, with what to do
 */
export function writeReport(path: string, report: TrainReport): Promise<void> {
  return writeAtomically(path, JSON.stringify(report, null, 2) + "\n");
}
