import assert from "node:assert/strict";
import type { DimValues } from "../../dsl/dim.ts";
import * as library from "../../dsl/layers/mod.ts";
import type { Node } from "../../dsl/ops.ts";
import { gradients } from "../autodiff/gradient.ts";
import type { Graph } from "../graph/graph.ts";
import { interpret } from "../graph/interpret.ts";
import { printNodes } from "../graph/print.ts";
import { verifyGraph } from "../graph/verify.ts";
import { decideMode } from "../programs/mode.ts";
import { layersIn } from "../testing/library.ts";
import { outputGradient } from "../testing/gradient_check.ts";
import {
  leavesOf,
  type Random,
  randomDims,
  randomLeaves,
  seeded,
} from "../testing/random_values.ts";
import { rewrite } from "./engine.ts";
import { RULES } from "./rules/mod.ts";

/** All rules applied to some values. */
function simplify(nodes: readonly Node[]): readonly Node[] {
  const graph: Graph = {
    name: "program",
    layer: "library",
    results: nodes.map((node, i) => ({ name: `y${i}`, node })),
    names: new Map(),
  };
  return verifyGraph(rewrite(graph, RULES).graph).results.map((result) => result.node);
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

for (const layer of layersIn(library)) {
  Deno.test(`rewriting keeps the values and gradients of ${layer.name}`, () => {
    for (let seed = 1; seed <= 5; seed++) {
      const next = seeded(seed);
      const y = decideMode("training")(layer.output);
      assertKept(y, layer.name, randomDims([y], next), next);
    }
  });
}
