import assert from "node:assert/strict";
import { join } from "node:path";
import { readArrays } from "../../runtime/train/model_arrays.ts";
import { encodeWeights } from "../../runtime/train/weights.ts";
import { OpenModel } from "./open_model.ts";
import type { TrainOptions } from "./train_options.ts";

const DIMS = { B: 2, samples: 4 };
const OPTIONS: TrainOptions = {
  model: "shared",
  epochs: 1,
  batch: 2,
  seed: 7,
  backend: "wasm",
  threads: 1,
  onDeviceLoss: "restart",
};

Deno.test("weights of a file take the place of those that a seed gives", async () => {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "weights.npz");
  const first = await OpenModel.open({ ...OPTIONS, seed: 8 }, DIMS);
  await first.initialise();
  const weights = await readArrays(first.model, ["parameter"]);
  await Deno.writeFile(file, encodeWeights(weights, file));
  const second = await OpenModel.open({ ...OPTIONS, init: file }, DIMS);
  await second.initialise();
  assert.deepEqual(await readArrays(second.model, ["parameter"]), weights);
  const other = await OpenModel.open({ ...OPTIONS, model: "original", init: file }, DIMS);
  await assert.rejects(other.initialise(), {
    name: "FormatError",
    message: /weights\.npz does not fit model "mnist_original": it lacks "l2\.b"/,
  });
  const none = await OpenModel.open({ ...OPTIONS, init: join(folder, "none.npz") }, DIMS);
  await assert.rejects(none.initialise(), {
    name: "FormatError",
    message: /none\.npz does not exist; give /,
  });
  for (const place of [first, second, other, none]) await place.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a model is opened anew on what there is, and the old one is gone", async () => {
  const place = await OpenModel.open(OPTIONS, DIMS);
  const old = place.model;
  const model = await place.reopen();
  assert.equal(place.model, model);
  assert.throws(() => old.run("predict", { B: 1 }), /was disposed/);
  await place.initialise();
  model.run("predict", { B: 1 });
  await place.close();
});
