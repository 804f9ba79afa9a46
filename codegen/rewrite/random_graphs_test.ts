import assert from "node:assert/strict";
import { type DimValues, evaluateExtent, product } from "../../dsl/dim.ts";
import * as library from "../../dsl/layers/mod.ts";
import type { Node } from "../../dsl/ops.ts";
import { gradients } from "../autodiff/gradient.ts";
import { type Graph, topologicalOrder } from "../graph/graph.ts";
import { interpret } from "../graph/interpret.ts";
import { printNodes } from "../graph/print.ts";
import { verifyGraph } from "../graph/verify.ts";
import { decideMode } from "../programs/mode.ts";
import { layersIn } from "../testing/library.ts";
import { outputGradient } from "../testing/gradient_check.ts";
import { randomGraph } from "../testing/random_graphs.ts";
import {
  leavesOf,
  type Random,
  randomDims,
  randomLeaves,
  seeded,
} from "../testing/random_values.ts";
import { rewrite } from "./engine.ts";
import { RULES } from "./rules/mod.ts";

/** How many programs are tried; more with `deno test … -- 10000`. */
const PROGRAMS = Number(Deno.args[0] ?? 200);

/** All rules applied to some values. */
function simplify(nodes: readonly Node[]): readonly Node[] {
  const graph: Graph = {
    name: "program",
    layer: "random",
    results: nodes.map((node, i) => ({ name: `y${i}`, node })),
    names: new Map(),
  };
  return verifyGraph(rewrite(graph, RULES).graph).results.map((result) => result.node);
}

/** The number of elements of all values of a program. */
function elementsOf(y: Node, dims: DimValues): number {
  return topologicalOrder([y])
    .reduce((total, node) => total + evaluateExtent(product(node.shape), dims), 0);
}

/** Checks a value and its gradients before and after rewriting. */
function assertKept(y: Node, what: string, dims: DimValues, next: Random): void {
  const gy = outputGradient(y);
  const leaves = leavesOf([y, gy]);
  const wrt = leaves.filter((leaf) => leaf.dtype === "f32");
  const before = [y, ...gradients(y, gy, wrt).gradients];
  const after = simplify(before);
  const values = randomLeaves(leaves, dims, next);
  const wanted = interpret(before, { dims, leaves: values });
  const got = interpret(after, { dims, leaves: values });
  wanted.forEach((value, i) => {
    const scale = Math.max(1, ...value.data.map(Math.abs));
    value.data.forEach((element, at) => {
      assert.ok(
        Math.abs(element - (got[i]?.data[at] ?? NaN)) <= 1e-10 * scale,
        `${what}, result ${i}:\n${printNodes([before[i] ?? y], new Map())}\nbecame\n${
          printNodes([after[i] ?? y], new Map())
        }`,
      );
    });
  });
  assert.deepEqual(simplify(after), after, `${what} can be simplified again`);
}

Deno.test("rewriting keeps the values of random programs and of their gradients", () => {
  for (let seed = 1; seed <= PROGRAMS; seed++) {
    const next = seeded(seed);
    const y = randomGraph(next, 14);
    const dims = { B: 2, K: 3, n: 1 + Math.floor(next() * 2) };
    if (elementsOf(y, dims) <= 3000) assertKept(y, `program ${seed}`, dims, next);
  }
});

for (const layer of layersIn(library)) {
  Deno.test(`rewriting keeps the values and gradients of ${layer.name}`, () => {
    for (let seed = 1; seed <= 5; seed++) {
      const next = seeded(seed);
      const y = decideMode("training")(layer.output);
      assertKept(y, layer.name, randomDims([y], next), next);
    }
  });
}
