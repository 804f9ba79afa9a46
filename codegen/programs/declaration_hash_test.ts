import assert from "node:assert/strict";
import {
  accuracy,
  adam,
  defineLayer,
  defineModel,
  dim,
  linear,
  type ModelOptions,
  mul,
  relu,
  sequential,
  sgd,
  softmaxCrossEntropy,
  type Tensor,
  tensor,
} from "../../dsl/mod.ts";
import { declarationHash } from "./declaration_hash.ts";

const B = dim("B");
const inputs = { x: tensor(B, 6).fromBytes({ divideBy: 255 }), label: tensor(B).u32().fromBytes() };
type Settings = Omit<ModelOptions<typeof inputs, Tensor>, "inputs" | "forward">;
type Options = Partial<Settings> & { readonly hidden?: number; readonly divideBy?: number };

function hashWith({ hidden = 5, divideBy = 255, ...changes }: Options = {}): string {
  return declarationHash(defineModel({
    name: "m",
    inputs: { ...inputs, x: tensor(B, 6).fromBytes({ divideBy }) },
    forward: ({ x }) => sequential(x, [linear({ I: 6, O: hidden }), relu(), linear({ O: 3 })]),
    loss: softmaxCrossEntropy,
    metrics: { accuracy },
    optimizer: adam(),
    ...changes,
  }));
}

Deno.test("the same declaration has the same hash, however it is documented and sized", () => {
  assert.match(hashWith(), /^[0-9a-f]{64}$/);
  assert.equal(hashWith(), hashWith());
  assert.equal(hashWith({ doc: "words", typical: { B: 7 } }), hashWith());
});

Deno.test("whatever changes what a checkpoint means changes the hash", () => {
  const changes: Readonly<Record<string, Options>> = {
    "a size": { hidden: 4 },
    "the optimizer's numbers": { optimizer: adam({ alpha: 0.002 }) },
    "the optimizer": { optimizer: sgd({ rate: 0.1 }) },
    "a metric": { metrics: {} },
    "what is frozen": { frozen: ["l1.W"] },
    "how values are stored": { storage: "f16" },
    "the loss's scale": { storage: "f16", lossScale: 64 },
    "an input's source": { divideBy: 128 },
  };
  const hashes = new Map([["none", hashWith()]]);
  for (const [what, change] of Object.entries(changes)) hashes.set(what, hashWith(change));
  assert.equal(new Set(hashes.values()).size, hashes.size, JSON.stringify([...hashes], null, 2));
});

Deno.test("a layer's hash is that of what it computes", () => {
  const scaled = (factor: number) =>
    declarationHash(
      defineLayer({
        name: "scaled",
        inputs: { x: tensor(B, 6) },
        forward: ({ x }) => mul(x, factor),
      }),
    );
  assert.equal(scaled(2), scaled(2));
  assert.notEqual(scaled(2), scaled(3));
});
