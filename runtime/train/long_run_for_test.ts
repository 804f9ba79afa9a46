/** A training of 20,000 steps, for tests that nothing grows meanwhile. @module */
import assert from "node:assert/strict";
import { linearRegression } from "../../generated/linear_regression/linear_regression.ts";
import type { Backend } from "../backend.ts";
import { arrayBatches } from "../data/batch_source.ts";
import { initialiseModule } from "../parameters.ts";
import { fillNormal } from "../random.ts";
import { encodeCheckpoint } from "./checkpoint_file.ts";
import { stopWithoutProgress } from "./early_stopping.ts";
import { Trainer } from "./trainer.ts";

const B = 8, STEPS = 1000, EPOCHS = 20;

/** Points on the plane 3·x₀ − 2·x₁ + 0.5, in batches of a random order. */
function points(count: number, name: string) {
  const x = fillNormal(new Float32Array(2 * count), { seed: 1, name }, 0, 1);
  const target = Float32Array.from(
    { length: count },
    (_, i) => 3 * (x[2 * i] ?? NaN) - 2 * (x[2 * i + 1] ?? NaN) + 0.5,
  );
  return arrayBatches({
    x: { dtype: "f32", shape: [count, 2], data: x },
    target: { dtype: "f32", shape: [count], data: target },
  }, { batchSize: B, seed: 1 });
}

/**
 * Trains for 20,000 steps with validation, callbacks and checkpoints, and asserts that the memory of the process
 * is the same after the first quarter and at the end.
 *
 * @param atEpochEnd called after each epoch
 */
export async function assertFlatOver20000Steps(
  backend: Backend,
  atEpochEnd: () => void = () => {},
): Promise<void> {
  const model = await backend.load(linearRegression, { B });
  initialiseModule(model, { B }, 1);
  const memory: number[] = [];
  let saved = 0, events = 0;
  const trainer = new Trainer({
    model,
    training: points(B * STEPS, "training"),
    validation: points(50, "validation"),
    epochs: EPOCHS,
    seed: 1,
    stopWhen: stopWithoutProgress({ epochs: EPOCHS + 1 }),
    checkpoints: { save: (moment) => void (saved += encodeCheckpoint(moment).length > 0 ? 1 : 0) },
  });
  const done = await trainer.train({
    progress: () => void events++,
    epoch_end: ({ validation }) => {
      assert.ok(validation !== null && Number.isFinite(validation.loss));
      atEpochEnd();
      memory.push(Deno.memoryUsage().rss / 2 ** 20);
    },
  });
  assert.deepEqual([done.reason, done.steps, saved], ["finished", STEPS * EPOCHS, EPOCHS]);
  const [early = NaN, late = NaN] = [memory[EPOCHS / 4 - 1], memory.at(-1)];
  assert.ok(late - early < 24, `${memory.map((each) => each.toFixed(0)).join(" ")} MiB`);
}

/** The same in a process of its own: other tests use memory too. */
export async function assertFlatInOwnProcess(backend: "wasm" | "native"): Promise<void> {
  const program = new URL("../testing/long_run_program.ts", import.meta.url).pathname;
  const args = ["run", "--no-check", "--allow-all", program, backend];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}
