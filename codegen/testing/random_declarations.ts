/** Random layers and models, for tests of the whole compiler. @module */
import type { LayerDeclaration } from "../../dsl/declare.ts";
import { dim, type DimValues, evaluateExtent, product, sameExtent } from "../../dsl/dim.ts";
import { instantiate } from "../../dsl/instantiate.ts";
import { make } from "../../dsl/intern.ts";
import type { ModelDeclaration } from "../../dsl/model.ts";
import type { Node } from "../../dsl/ops.ts";
import { adam } from "../../dsl/optimizers/adam.ts";
import { sgd } from "../../dsl/optimizers/sgd.ts";
import { full, number, spread, sumOver } from "../graph/build.ts";
import { topologicalOrder } from "../graph/graph.ts";
import { outputGradient } from "./gradient_check.ts";
import { randomGraph } from "./random_graphs.ts";
import { leavesOf, type Random } from "./random_values.ts";

const B = dim("B");

/** A step over the rows of a value: what activations and losses are made of. */
type Finish = (x: Node, axis: number) => Node;

const along = (reduced: Node, like: Node, axis: number): Node =>
  make("broadcast", {
    shape: like.shape,
    axes: like.shape.map((_, i) => i).filter((i) => i !== axis),
  }, [reduced]);

const FINISH: readonly Finish[] = [
  (x) => make("maximum", {}, [x, full(0, x.shape)]),
  (x) =>
    make("select", {}, [
      make("greater", {}, [x, full(0.25, x.shape)]),
      x,
      make("mul", {}, [x, full(0.1, x.shape)]),
    ]),
  // softmax
  (x, axis) => {
    const largest = make("max", { axes: [axis] }, [x]);
    const e = make("exp", {}, [make("sub", {}, [x, along(largest, x, axis)])]);
    return make("div", {}, [e, along(make("sum", { axes: [axis] }, [e]), x, axis)]);
  },
  // x − mean x
  (x, axis) => {
    const count = make("size", { extent: x.shape[axis] ?? 1 });
    const sum = make("sum", { axes: [axis] }, [x]);
    const mean = make("div", {}, [sum, spread(count, sum.shape)]);
    return make("sub", {}, [x, along(mean, x, axis)]);
  },
  // x where it is the first maximum, else 0
  (x, axis) => {
    const best = along(make("argmax", { axis }, [x]), x, axis);
    const place = make("iota", { extent: x.shape[axis] ?? 1 });
    const places = make("broadcast", { shape: x.shape, axes: [axis] }, [place]);
    return make("mul", {}, [
      x,
      make("cast", { dtype: "f32" }, [make("equal", {}, [best, places])]),
    ]);
  },
  // √(1 + Σ x²)
  (x, axis) => {
    const squares = make("sum", { axes: [axis] }, [make("mul", {}, [x, x])]);
    return make("sqrt", {}, [make("add", {}, [full(1, squares.shape), squares])]);
  },
];

/** A random value with up to three steps over its rows at the end. */
function randomValue(next: Random, steps: number): Node {
  let y = randomGraph(next, steps);
  const finishes = Math.floor(next() * 4);
  for (let i = 0; i < finishes && y.shape.length > 0; i++) {
    const finish = FINISH[Math.floor(next() * FINISH.length)];
    if (finish !== undefined) y = finish(y, Math.floor(next() * y.shape.length));
  }
  return y;
}

/** A layer of a random value: every other leaf is a parameter. */
export function randomLayer(next: Random, steps = 14): LayerDeclaration {
  const drafted = layerOf([], randomValue(next, steps));
  const leaves = leavesOf([drafted.output]);
  const inputs = leaves.filter((_, i) => i % 2 === 0);
  const owned = (leaf: Node): Node =>
    leaf.op === "input" && !inputs.includes(leaf)
      ? make("input", { ...leaf.attrs, role: "parameter" })
      : leaf;
  const own = { leaf: owned, latest: (state: Node) => state, stream: (node: Node) => node };
  return layerOf(inputs, instantiate({ ...drafted, params: leaves }, new Map(), [], own).output);
}

function layerOf(inputs: readonly Node[], output: Node): LayerDeclaration {
  return {
    kind: "layer",
    name: "random",
    doc: "",
    inputs,
    params: leavesOf([output]).filter((leaf) => !inputs.includes(leaf)),
    state: [],
    output,
    update: new Map(),
    outputGradient: outputGradient(output),
    backward: new Map(),
    typical: {},
  };
}

/** A model whose loss is the sum of a random value, for each of B samples; some inputs are drawn. */
export function randomModel(next: Random): ModelDeclaration {
  const { inputs, params, output } = randomLayer(next);
  const perSample = (value: Node): Node =>
    spread(sumOver(value, value.shape.map((_, axis) => axis)), [B]);
  const squared = perSample(make("mul", {}, [output, output]));
  return {
    kind: "model",
    name: "random",
    doc: "",
    inputs: inputs.map(drawn),
    params,
    frozen: new Set(),
    state: [],
    updates: new Map(),
    outputs: new Map([["logits", output]]),
    loss: make("mul", {}, [perSample(output), spread(number(0.5), [B])]),
    metrics: new Map([["squared", squared]]),
    optimizer: next() < 0.5 ? adam() : sgd(),
    names: new Map(),
    typical: {},
  };
}

/** An input that has a row for each sample is drawn from bytes. */
function drawn(input: Node): Node {
  const [batch = 1] = input.shape;
  return input.op === "input" && sameExtent(batch, B)
    ? make("input", { ...input.attrs, bytes: { divisor: 3 } })
    : input;
}

/** The number of elements of all values that a value is computed from. */
export function elementsBelow(y: Node, dims: DimValues): number {
  return topologicalOrder([y])
    .reduce((total, node) => total + evaluateExtent(product(node.shape), dims), 0);
}
