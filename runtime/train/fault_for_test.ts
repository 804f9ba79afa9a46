/** Faults for tests of how they are found. @module */
import assert from "node:assert/strict";
import { linearRegression } from "../../generated/linear_regression/linear_regression.ts";
import { mnistShared } from "../../generated/mnist_shared/mnist_shared.ts";
import type { Backend } from "../backend.ts";
import type { Batch, BatchSource } from "../data/batch_source.ts";
import { saveCapture } from "../files/capture_folder.ts";
import { initialiseModule } from "../parameters.ts";
import { stripedImages } from "../testing/striped_images.ts";
import type { Fault } from "./fault.ts";
import { Trainer } from "./trainer.ts";
import { NotFiniteError } from "./training_error.ts";

/** The error that training ends with. */
async function failureOf(training: Promise<unknown>): Promise<NotFiniteError> {
  const error = await training.then(() => undefined, (thrown: unknown) => thrown);
  assert.ok(error instanceof NotFiniteError, String(error));
  return error;
}

/**
 * Trains with weights of one unit that are so large that its sum overflows, and asserts that the unit is named.
 *
 * @param folder to save the capture in
 */
export async function assertOverflowIsFound(backend: Backend, folder: string): Promise<void> {
  const dims = { B: 4, samples: 15 };
  const model = await backend.load(mnistShared, dims);
  initialiseModule(model, dims, 1);
  // 392 pixels of 200/255 times 1e38 are more than 3.4e38.
  model.write("l1.W", new Float32Array(784).fill(1e38), 5 * 784);
  const data = { training: stripedImages(12), validation: stripedImages(3), batchSize: 4 };
  const captures = {
    save: async (capture: Parameters<typeof saveCapture>[1]) => {
      await saveCapture(folder, capture, mnistShared);
      return folder;
    },
  };
  const { message, fault } = await failureOf(
    new Trainer({ model, ...data, epochs: 1, seed: 1, captures }).train(),
  );
  const [kernel] = mnistShared.programs.step.kernels;
  assert.equal(
    message,
    `The loss became NaN in epoch 1, steps 1 to 3; training has stopped. It began in step 1. The first number ` +
      `that is not finite is relu1[0, 5] = Infinity (4 of 4000 elements), written by kernel relu1 of ` +
      `mnist_shared: ${kernel.formula}. Kernel relu1 and its inputs are in ${folder}, with a script that runs it again.`,
  );
  assert.equal(fault?.bad?.index, 5);
}

/** Batches of two points; those of one step are what `change` makes of them. */
function points(
  at: { readonly epoch: number; readonly batch: number },
  change: number,
): BatchSource {
  const batches = 30;
  return {
    batches,
    *epoch(epoch, from): Iterable<Batch> {
      for (let batch = from; batch < batches; batch++) {
        const isChanged = epoch === at.epoch && batch === at.batch;
        const x = Float32Array.of(0.1, 0.2, 0.3, isChanged ? change : 0.4);
        yield { size: 2, inputs: { x, target: Float32Array.of(1, 2) } };
      }
    },
  };
}

const NEVER = { epoch: 0, batch: 0 };

async function trainPoints(
  backend: Backend,
  training: BatchSource,
  validation: BatchSource,
): Promise<Fault> {
  const model = await backend.load(linearRegression, { B: 2 });
  initialiseModule(model, { B: 2 }, 1);
  const { fault } = await failureOf(
    new Trainer({ model, training, validation, epochs: 3, seed: 1 }).train(),
  );
  assert.ok(fault !== undefined);
  model.dispose();
  return fault;
}

/** Asserts that the step, and the number, are found with which data made training go wrong. */
export async function assertBadDataIsFound(backend: Backend): Promise<void> {
  const good = points(NEVER, 0);
  for (const batch of [0, 24, 25, 29]) {
    const bad = await trainPoints(backend, points({ epoch: 2, batch }, NaN), good);
    const place = { tensor: "x", kind: "input", shape: [2, 2], index: 3, value: NaN, count: 1 };
    assert.deepEqual({ ...bad.bad, seenBy: "" }, { ...place, seenBy: "" });
    assert.deepEqual([bad.program, bad.step], ["step", 30 + batch + 1]);
  }
  // Finite, but not its square.
  const large = await trainPoints(backend, points({ epoch: 1, batch: 7 }, 1e30), good);
  assert.equal(large.step, 8);
  assert.deepEqual([large.bad?.value, large.bad?.count, large.bad?.index], [Infinity, 1, 1]);
  assert.ok(large.bad?.kernel !== undefined);
  const judged = await trainPoints(backend, good, points({ epoch: 2, batch: 3 }, -Infinity));
  assert.deepEqual([judged.program, judged.step, judged.bad?.tensor], ["evaluate", 60, "x"]);
}
