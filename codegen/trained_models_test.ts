/** Models that ask for other scalars than `step` are trained by the runtime's trainer too. */
import assert from "node:assert/strict";
import {
  accuracy,
  adam,
  add,
  defineLayer,
  defineModel,
  dim,
  dropout,
  linear,
  type OptimizerDeclaration,
  sequential,
  sgd,
  size,
  softmaxCrossEntropy,
  type Tensor,
  tensor,
  zeros,
} from "../dsl/mod.ts";
import { withFreshModule } from "../explain/temporary_module.ts";
import type { LabelledBytes } from "../runtime/data/labelled_bytes.ts";
import { initialiseModule } from "../runtime/parameters.ts";
import type { TrainableSpec } from "../runtime/train/totals.ts";
import { Trainer } from "../runtime/train/trainer.ts";
import { openWasm } from "../runtime/wasm/backend.ts";

const B = dim("B");

function model(name: string, optimizer: OptimizerDeclaration, drops: boolean) {
  return defineModel({
    name,
    inputs: {
      x: tensor(B, 8).fromBytes({ divideBy: 255 }),
      label: tensor(B).u32().fromBytes(),
    },
    forward: ({ x }) =>
      sequential(x, [...drops ? [(y: Tensor) => dropout()(y)] : [], linear({ O: 2 })]),
    loss: softmaxCrossEntropy,
    metrics: { accuracy },
    optimizer,
  });
}

/** Bright samples are of class 1. */
function samples(count: number): LabelledBytes {
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 2);
  const features = Uint8Array.from({ length: 8 * count }, (_, i) => labels[i >> 3] ? 200 : 20);
  return { count, width: 8, features: () => [features], labels: () => [labels] };
}

async function losses(declaration: ReturnType<typeof model>, seed: number): Promise<number[]> {
  return await withFreshModule(declaration, async (module) => {
    const backend = await openWasm({ threads: 1 });
    const dims = { B: 10, samples: 50 };
    // The declaration draws its inputs, and has the loss and the metric that a trainer reads.
    const loaded = await backend.load(module as TrainableSpec, dims);
    initialiseModule(loaded, dims, 1);
    const [training, validation] = [samples(40), samples(10)];
    const trainer = new Trainer({
      model: loaded,
      training,
      validation,
      batchSize: 10,
      epochs: 3,
      seed,
    });
    const found: number[] = [];
    for await (const event of trainer.run()) {
      if (event.kind === "epoch_end") found.push(event.main.loss);
    }
    await backend.dispose();
    return found;
  });
}

Deno.test("a step that asks for no scalar is given none", async () => {
  const [first = NaN, , last = NaN] = await losses(model("plain", sgd({ rate: 1 }), false), 1);
  assert.ok(last < first / 2, `${first}, ${last}`);
});

Deno.test("what a model draws at random depends on the trainer's seed", async () => {
  for (const [name, optimizer] of [["by_sgd", sgd({ rate: 1 })], ["by_adam", adam()]] as const) {
    const dropped = model(name, optimizer, true);
    const found = await losses(dropped, 1);
    assert.ok(found.length === 3 && found.every(Number.isFinite));
    assert.deepEqual(await losses(dropped, 1), found);
    assert.notDeepEqual(await losses(dropped, 2), found);
  }
});

/** Counts the samples that it has seen in training, under a name that ends like those of totals. */
const counter = defineLayer({
  name: "counter",
  inputs: { x: tensor(B, dim("N")) },
  state: { seen_total: tensor().init(zeros()) },
  forward: ({ x }) => x,
  update: ({ seen_total }) => ({ seen_total: add(seen_total, size(B)) }),
});

Deno.test("a state of a layer is no metric, whatever it is called", async () => {
  const declaration = defineModel({
    name: "counting",
    inputs: { x: tensor(B, 8).fromBytes({ divideBy: 255 }), label: tensor(B).u32().fromBytes() },
    forward: ({ x }) => sequential(x, [counter(), linear({ O: 2 })]),
    loss: softmaxCrossEntropy,
    optimizer: sgd({ rate: 0.1 }),
  });
  await withFreshModule(declaration, async (module) => {
    const backend = await openWasm({ threads: 1 });
    const dims = { B: 10, samples: 50 };
    const loaded = await backend.load(module as TrainableSpec, dims);
    initialiseModule(loaded, dims, 1);
    const data = { training: samples(35), validation: samples(10), batchSize: 10 };
    const told: string[] = [];
    await new Trainer({ model: loaded, ...data, epochs: 2, seed: 1 }).train({
      epoch_end: ({ main }) => void told.push(Object.keys(main).join()),
    });
    assert.deepEqual(told, ["loss", "loss"]);
    const [state = ""] = Object.keys(module.tensors).filter((name) => name.endsWith("seen_total"));
    // A name of one of the module's tensors.
    assert.deepEqual([...await loaded.read(state as "loss_total")], [70]);
    await backend.dispose();
  });
});
