/**
 * What a user is told about numbers that are not finite.
 *
 * @module
 */
import type { LoadedModule } from "../backend.ts";
import { captureKernel } from "./capture.ts";
import type { Fault } from "./fault.ts";
import { describeFirstBad } from "./first_bad.ts";
import type { TrainableSpec } from "./totals.ts";
import type { CaptureOptions } from "./trainer_options.ts";
import { NotFiniteError } from "./training_error.ts";

/**
 * The error that ends training.
 *
 * @param message what was noticed
 * @param fault where it began; absent if everything was finite when the same was done again
 * @param model as it was before the fault, with its batch before it
 * @param captures where to save the kernel that the fault began in
 */
export async function faultError<M extends TrainableSpec>(
  message: string,
  fault: Fault | undefined,
  model: LoadedModule<M>,
  captures: CaptureOptions | undefined,
): Promise<NotFiniteError> {
  if (fault === undefined) {
    return new NotFiniteError(
      `${message}; training has stopped. The same steps gave finite numbers when they were taken again, so the ` +
        "fault is not in the mathematics: suspect the device, or data that differ from time to time.",
    );
  }
  const { program, step, values, bad } = fault;
  const where = program === "step" ? `in step ${step}` : `in an evaluation after step ${step}`;
  const began = `${message}; training has stopped. It began ${where}.`;
  if (bad === undefined) return new NotFiniteError(began, fault);
  const text = `${began} ${describeFirstBad(bad)}.`;
  if (captures === undefined) return new NotFiniteError(text, fault);
  const capture = await captureKernel(model, program, values, bad.seenBy);
  const place = await captures.save(capture, step);
  return new NotFiniteError(
    `${text} Kernel ${bad.seenBy} and its inputs are in ${place}, with a script that runs it again.`,
    fault,
  );
}
