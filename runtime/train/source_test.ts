import assert from "node:assert/strict";
import { linearRegression } from "../../generated/linear_regression/linear_regression.ts";
import type { LoadedModule } from "../backend.ts";
import type { Batch, BatchSource } from "../data/batch_source.ts";
import { initialiseModule } from "../parameters.ts";
import { openWasm } from "../wasm/backend.ts";
import { stopWithoutProgress } from "./early_stopping.ts";
import { Trainer } from "./trainer.ts";

type Model = LoadedModule<typeof linearRegression>;

async function withModel(use: (model: Model) => Promise<void>): Promise<void> {
  const backend = await openWasm({ threads: 1 });
  const model = await backend.load(linearRegression, { B: 4 });
  initialiseModule(model, { B: 4 }, 1);
  await use(model);
  await backend.dispose();
}

/** Points on a plane, three batches an epoch, the last of them smaller. */
function points(change: (batch: Batch) => Batch = (batch) => batch, promised = 3): BatchSource {
  return {
    batches: promised,
    async *epoch(epoch, from) {
      for (let batch = from; batch < 3; batch++) {
        await Promise.resolve();
        const size = batch === 2 ? 1 : 4;
        const x = Float32Array.from(
          { length: 2 * size },
          (_, i) => Math.sin(100 * epoch + 10 * batch + i),
        );
        const target = Float32Array.from({ length: size }, (_, i) => 2 * (x[2 * i] ?? 0) + 1);
        yield change({ size, inputs: { x, target } });
      }
    },
  };
}

const SETTINGS = { epochs: 60, seed: 1 };

Deno.test("a model without tables learns from batches that the host makes", () =>
  withModel(async (model) => {
    const losses: number[] = [];
    const kinds = new Set<string>();
    const trainer = new Trainer({ model, training: points(), ...SETTINGS });
    const done = await trainer.train({
      epoch_start: ({ kind }) => void kinds.add(kind),
      epoch_end: async ({ main, validation }) => {
        await Promise.resolve();
        assert.equal(validation, null, "there is none");
        losses.push(main.loss);
      },
      done: ({ kind }) => void kinds.add(kind),
    });
    assert.deepEqual([done.reason, done.steps, losses.length], ["finished", 180, 60]);
    assert.ok((losses.at(-1) ?? NaN) < 0.05 * (losses[0] ?? NaN), losses.join());
    assert.deepEqual([...kinds], ["epoch_start", "done"]);
  }));

Deno.test("means weigh every sample of a smaller batch alike", () =>
  withModel(async (model) => {
    // The model is 0 at first and stays so without steps: its loss is that of guessing nothing.
    model.write("l1.W", new Float32Array(2));
    model.write("l1.b", new Float32Array(1));
    let found = NaN;
    await new Trainer({
      model,
      training: points(),
      validation: points(),
      epochs: 1,
      seed: 1,
      stepLimit: 1,
    })
      .train({ epoch_end: ({ main }) => void (found = main.loss) });
    const [first] = await Array.fromAsync(points().epoch(1, 0));
    const squares = Array.from(first?.inputs["target"] ?? [], (each) => each ** 2);
    const wanted = squares.reduce((sum, each) => sum + each, 0) / 4;
    assert.ok(Math.abs(found - wanted) < 1e-6 * wanted, `${found} for ${wanted}`);
  }));

Deno.test("batches that do not fit are refused, and so are sources that end early", () =>
  withModel(async (model) => {
    const refusals: readonly (readonly [BatchSource, RegExp])[] = [
      [
        points(undefined, 4),
        /^TrainingError: The training data ended in epoch 1 after 3 of 4 batches\.$/,
      ],
      [
        points(({ size, inputs: { x = new Float32Array() } }) => ({ size, inputs: { x } })),
        /model "linear_regression" needs "x" and "target", but the batch lacks "target"\.$/,
      ],
      [
        points(({ size, inputs }) => ({ size: size + 1, inputs })),
        /"x" has 8 elements; expected 10 for 5 samples\.$/,
      ],
      [
        points(({ size, inputs }) => ({
          size,
          inputs: { ...inputs, x: new Uint32Array(2 * size) },
        })),
        /Cannot write tensor "x": it is f32, but the data is a Uint32Array/,
      ],
    ];
    for (const [training, message] of refusals) {
      await assert.rejects(new Trainer({ model, training, ...SETTINGS }).train(), message);
    }
    const failing: BatchSource = {
      batches: 1,
      epoch: () => {
        throw new Error("The file is gone.");
      },
    };
    await assert.rejects(
      new Trainer({ model, training: failing, ...SETTINGS }).train(),
      /The file is gone/,
    );
    assert.throws(() => new Trainer({ model, training: points(undefined, 0), ...SETTINGS }), {
      message: "Cannot train with a number of batches of 0: expected a whole number of at least 1.",
    });
    for (const batches of [0, -1, NaN]) {
      const validation = points(undefined, batches);
      assert.throws(() => new Trainer({ model, training: points(), validation, ...SETTINGS }), {
        message:
          `Cannot train with a number of validation batches of ${batches}: expected a whole number of ` +
          "at least 1.",
      });
    }
  }));

Deno.test("training stops when nothing gets better, the same after a resume", () =>
  withModel(async (model) => {
    const history: number[] = [];
    const stopWhen = stopWithoutProgress({ epochs: 3, by: 1e9 });
    const { reason } = await new Trainer({ model, training: points(), ...SETTINGS, stopWhen })
      .train({ epoch_end: ({ epoch }) => void history.push(epoch) });
    // The first epoch is better than none, the next three are not by so much.
    assert.deepEqual([reason, history], ["stopped", [1, 2, 3, 4]]);
  }));
