/**
 * Where this example captures kernels.
 *
 * @module
 */
import { join } from "node:path";
import { UsageError } from "../../commands/command_line.ts";
import { didYouMean } from "../../commands/nearest.ts";
import { saveCapture } from "../../runtime/files/capture_folder.ts";
import type { ModuleSpec } from "../../runtime/spec.ts";
import { parseCaptureRequest } from "../../runtime/train/capture.ts";
import type { CaptureOptions } from "../../runtime/train/trainer_options.ts";
import { TrainingError } from "../../runtime/train/training_error.ts";

/** A folder for each captured kernel is made in here. */
const CAPTURES = join(".tilewright", "captures");

/**
 * What a trainer is to do with kernels: capture the one that is asked for, and any that a fault begins in.
 *
 * @param request `KERNEL@STEP`
 * @throws {UsageError} if that is no kernel of a step, or no step
 */
export function captureOptions(spec: ModuleSpec, request: string | undefined): CaptureOptions {
  return {
    save: async (capture, step) => {
      const folder = join(CAPTURES, `${spec.name}-${capture.kernel}@${step}`);
      await saveCapture(folder, capture, spec);
      return folder;
    },
    ...(request === undefined ? {} : { at: requested(request, spec) }),
  };
}

function requested(request: string, spec: ModuleSpec) {
  try {
    return parseCaptureRequest(request, spec);
  } catch (error) {
    if (!(error instanceof TrainingError)) throw error;
    const [kernel = ""] = request.split("@");
    const names = spec.programs["step"]?.kernels.map(({ name }) => name) ?? [];
    throw new UsageError(
      `${error.message}${names.includes(kernel) ? "" : didYouMean(kernel, names)}`,
    );
  }
}
