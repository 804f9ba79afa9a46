import assert from "node:assert/strict";
import {
  add,
  block,
  cast,
  defineModel,
  dim,
  dropout,
  equal,
  linear,
  mean,
  mul,
  sgd,
  tensor,
} from "../dsl/mod.ts";
import { withFreshModule } from "../explain/temporary_module.ts";
import { openWasm } from "../runtime/wasm/backend.ts";
import { checkRandomLayers, checkUniformEnd } from "./testing/random_layers.ts";

Deno.test("random numbers are those of the interpreter, and as they are to be distributed", async () => {
  const backend = await openWasm({ threads: 2 });
  await checkRandomLayers(backend);
  await backend.dispose();
});

Deno.test("no random number is rounded up to the end of its range", async () => {
  const backend = await openWasm();
  await checkUniformEnd(backend);
  await backend.dispose();
});

Deno.test("each use of a dropout in a model drops other elements", async () => {
  const [B, N] = [dim("B"), 256];
  const model = defineModel({
    name: "dropped",
    inputs: { x: tensor(B, N) },
    forward: ({ x }) => {
      const shared = dropout();
      const part = block("part", (y) => dropout()(y));
      const masks = [dropout(), dropout({ rate: 0.5 }), shared, shared, part, part];
      const [first = x, ...others] = masks.map((mask) => mask(x));
      const areAlike = others.map((each) => cast(equal(first, each), "f32"));
      // A step needs something to train.
      return add(
        areAlike.reduce((all, each) => mul(all, each)),
        mul(linear({ O: N })(x), 0),
      );
    },
    loss: ({ logits }) => mean(logits, { axis: 1 }),
    optimizer: sgd(),
  });
  await withFreshModule(model, async (module) => {
    const backend = await openWasm();
    const loaded = await backend.load(module, { B: 128 });
    loaded.write("x", new Float32Array(128 * N).fill(1));
    for (const name of ["l1.W", "l1.b"]) {
      loaded.write(name, new Float32Array(name === "l1.b" ? N : N * N));
    }
    loaded.write("loss_total", new Float32Array(1));
    loaded.run("step", { B: 128, seed: 3, step: 1 });
    const [total = NaN] = await loaded.read("loss_total");
    // Six independent masks agree with probability 2 · 2⁻⁶; five standard errors are 0.005.
    assert.ok(Math.abs(total / 128 - 2 ** -5) < 0.005, `${total / 128}`);
    await backend.dispose();
  });
});
