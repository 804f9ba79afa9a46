/**
 * What a user is told about numbers that are not finite.
 *
 * @module
 */
import type { LoadedModule } from "../backend.ts";
import { sentenceOf } from "../wording.ts";
import { captureKernel } from "./capture.ts";
import type { Fault } from "./fault.ts";
import { describeFirstBad } from "./first_bad.ts";
import type { TrainableSpec } from "./totals.ts";
import type { CaptureOptions } from "./trainer_options.ts";
import { NotFiniteError } from "./training_error.ts";

/**
 * The error that ends training. What goes wrong on the way to it is told in it, and never takes its place.
 *
 * @param message what was noticed
 * @param find takes the same steps again, and tells where it began; nothing if everything was finite then.
 * Afterwards the model is as it was before the fault, with its batch before it
 * @param captures where to save the kernel that the fault began in
 */
export async function faultError<M extends TrainableSpec>(
  message: string,
  find: () => Promise<Fault | undefined>,
  model: LoadedModule<M>,
  captures: CaptureOptions | undefined,
): Promise<NotFiniteError> {
  const stopped = `${message}; training has stopped.`;
  let fault: Fault | undefined;
  try {
    fault = await find();
  } catch (thrown) {
    return new NotFiniteError(
      `${stopped} Where it began could not be found out: ${sentenceOf(thrown)}`,
    );
  }
  if (fault === undefined) {
    return new NotFiniteError(
      `${stopped} The same steps gave finite numbers when they were taken again, so the fault is not in the ` +
        "mathematics: suspect the device, or data that differ from time to time.",
    );
  }
  const { program, step, bad } = fault;
  const where = program === "step" ? `in step ${step}` : `in an evaluation after step ${step}`;
  const began = `${stopped} It began ${where}.`;
  if (bad === undefined) return new NotFiniteError(began, fault);
  const text = `${began} ${describeFirstBad(bad)}.`;
  if (captures === undefined) return new NotFiniteError(text, fault);
  const captured = await captureFault(fault, bad.seenBy, model, captures);
  return new NotFiniteError(`${text} ${captured}`, fault);
}

/** Captures a kernel of a run that went wrong; says where it is, or why it is not. */
async function captureFault<M extends TrainableSpec>(
  { program, step, values }: Fault,
  kernel: string,
  model: LoadedModule<M>,
  captures: CaptureOptions,
): Promise<string> {
  try {
    const place = await captures.save(await captureKernel(model, program, values, kernel), step);
    return `Kernel ${kernel} and its inputs are in ${place}, with a script that runs it again.`;
  } catch (thrown) {
    return `Kernel ${kernel} was not captured: ${sentenceOf(thrown)}`;
  }
}
