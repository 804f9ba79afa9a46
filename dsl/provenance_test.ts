import assert from "node:assert/strict";
import {
  add,
  defineLayer,
  defineModel,
  defineOptimizer,
  dim,
  exp,
  type Layer,
  lecunNormal,
  linear,
  matmul,
  mul,
  relu,
  sequential,
  sub,
  sum,
  tensor,
  transpose,
} from "./mod.ts";
import type { Node } from "./ops.ts";
import {
  apart,
  causedBy,
  copyProvenance,
  provenanceOf,
  type Provenances,
  replaceProvenance,
  tracedFrom,
} from "./provenance.ts";
import { make } from "./intern.ts";

const OWN = import.meta.url;
const source = (await Deno.readTextFile(new URL(OWN))).split("\n");

/** The line of this file that ends in a comment. */
function lineOf(mark: string): string {
  const at = source.findIndex((line) => line.endsWith(`// ${mark}`));
  assert.notEqual(at, -1, `no line is marked ${mark}`);
  return `${OWN}:${at + 1}`;
}

/** The places that a node comes from, without columns. */
function placesOf(provenances: Provenances, node: Node): readonly string[] {
  return (provenances.get(node)?.places ?? []).map(({ file, line }) => `${file}:${line}`);
}

/** The nodes of an op below some others. */
function nodesOf(op: Node["op"], ...roots: readonly Node[]): readonly Node[] {
  const all = new Set<Node>();
  const visit = (node: Node): void => {
    if (all.has(node)) return;
    node.inputs.forEach(visit);
    all.add(node);
  };
  roots.forEach(visit);
  return [...all].filter((node) => node.op === op);
}

const only = (nodes: readonly Node[]): Node => {
  const [node] = nodes;
  assert.ok(node !== undefined && nodes.length === 1, `wanted one node, got ${nodes.length}`);
  return node;
};

const B = dim("B"), K = dim("K"), O = dim("O");

const gate: Layer = defineLayer({
  name: "gate",
  inputs: {
    x: tensor(B, K), // gate x
  },
  params: {
    W: tensor(O, K).init(lecunNormal()), // gate W
  },
  forward: ({ x, W }) => {
    const scores = matmul(x, transpose(W)); // gate product
    const weights = exp(scores); // gate exp
    return mul(weights, scores); // gate result
  },
});

Deno.test("a value comes from the line where it is written", () => {
  const { output, provenances } = gate;
  assert.deepEqual(placesOf(provenances, output), [lineOf("gate result")]);
  assert.deepEqual(placesOf(provenances, only(nodesOf("exp", output))), [lineOf("gate exp")]);
  assert.deepEqual(placesOf(provenances, only(nodesOf("einsum", output))), [
    lineOf("gate product"),
  ]);
});

Deno.test("inputs and parameters come from where they are declared", () => {
  const [x, W] = [...gate.inputs, ...gate.params];
  assert.ok(x !== undefined && W !== undefined);
  assert.deepEqual(placesOf(gate.provenances, x), [lineOf("gate x")]);
  assert.deepEqual(placesOf(gate.provenances, W), [lineOf("gate W")]);
});

const descent = defineOptimizer({
  name: "descent",
  state: [],
  update: ({ w, g }) => ({ w: sub(w, mul(g, 0.5)) }), // descent rule
});

const model = defineModel({
  name: "gated",
  inputs: { x: tensor(B, 6), wanted: tensor(B, 3) },
  forward: ({ x }) => {
    const hidden = sequential(x, [
      gate({ O: 4 }), // gate used
      relu(),
      linear({ O: 3 }), // linear used
    ]);
    return add(hidden, 1); // one more
  },
  loss: ({ logits, wanted }) => sum(sub(logits, wanted), { axis: 1 }),
  optimizer: descent,
});

Deno.test("a layer's value comes from its formula, and from where the layer is used", () => {
  const { outputs, provenances } = model;
  const [prediction] = outputs.values();
  assert.ok(prediction !== undefined);
  assert.deepEqual(placesOf(provenances, prediction), [lineOf("one more")]);
  assert.deepEqual(placesOf(provenances, only(nodesOf("exp", prediction))), [
    lineOf("gate exp"),
    lineOf("gate used"),
  ]);
  const W = only(
    nodesOf("input", prediction).filter((node) =>
      node.op === "input" && node.attrs.name === "l1.W"
    ),
  );
  assert.deepEqual(placesOf(provenances, W), [lineOf("gate W"), lineOf("gate used")]);
});

Deno.test("a layer of the library comes from its formula and the line that uses it, not from what is between", () => {
  const [prediction] = model.outputs.values();
  assert.ok(prediction !== undefined);
  const products = nodesOf("einsum", prediction);
  assert.equal(products.length, 2);
  const [library = "", ...own] = placesOf(model.provenances, products[1] ?? prediction);
  assert.match(library, /\/dsl\/layers\/linear\.ts:\d+$/);
  assert.deepEqual(own, [lineOf("linear used")]);
});

Deno.test("equal values of two declarations come from lines of their own", () => {
  const twin = defineLayer({
    name: "twin",
    inputs: { x: tensor(B, K) },
    params: { W: tensor(O, K).init(lecunNormal()) },
    forward: ({ x, W }) => exp(matmul(x, transpose(W))), // twin
  });
  const shared = only(nodesOf("exp", gate.output));
  assert.equal(twin.output, shared, "equal values are one node");
  assert.deepEqual(placesOf(twin.provenances, shared), [lineOf("twin")]);
  assert.deepEqual(placesOf(gate.provenances, shared), [lineOf("gate exp")]);
});

Deno.test("what the compiler makes comes from what it is made of", () => {
  const { output, provenances } = gate;
  const product = only(nodesOf("einsum", output));
  const placesNow = (node: Node) =>
    (provenanceOf(node)?.places ?? []).map(({ file, line }) => `${file}:${line}`);
  tracedFrom(provenances, () => {
    const gradient = causedBy([output], () => make("neg", {}, [product]));
    assert.deepEqual(placesNow(gradient), [lineOf("gate result")]);
    const copy = make("sqrt", {}, [product]);
    assert.deepEqual(placesNow(copy), [], "nothing tells where it comes from");
    copyProvenance(product, copy);
    assert.deepEqual(placesNow(copy), [lineOf("gate product")]);
    const replaced = make("tanh", {}, [product]);
    replaceProvenance([output, product], [replaced]);
    assert.deepEqual(placesNow(replaced), [lineOf("gate result"), lineOf("gate product")]);
    // A program's notes are its own.
    const alone = apart();
    const later = make("floor", {}, [product]);
    alone(() => copyProvenance(product, later));
    assert.deepEqual(placesNow(later), []);
    alone(() => assert.deepEqual(placesNow(later), [lineOf("gate product")]));
  });
  assert.equal(provenanceOf(output), undefined, "outside of a compilation nothing is known");
});

Deno.test("an optimizer's values come from its rule and from where it is declared", () => {
  const parameter = model.params[0];
  assert.ok(parameter !== undefined);
  tracedFrom(model.provenances, () => {
    const [update] = model.optimizer.updates(parameter, parameter);
    assert.ok(update !== undefined);
    const [rule, declared] = provenanceOf(update.value)?.places ?? [];
    assert.equal(`${rule?.file}:${rule?.line}`, lineOf("descent rule"));
    assert.match(source[(declared?.line ?? 0) - 1] ?? "", /defineOptimizer/);
  });
});
