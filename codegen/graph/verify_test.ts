import assert from "node:assert/strict";
import { dim } from "../../dsl/dim.ts";
import { make } from "../../dsl/intern.ts";
import type { Node } from "../../dsl/ops.ts";
import { exp, greater, input, iota } from "../../dsl/tensor.ts";
import type { Graph, Result } from "./graph.ts";
import { verifyGraph } from "./verify.ts";

const B = dim("B"), K = dim("K");
const x = input("x", [B]).node, y = exp(input("x", [B])).node;

function graph(...results: readonly Result[]): Graph {
  return { name: "forward", layer: "l", results, names: new Map() };
}

/** A node as a faulty pass would leave it behind: `make` would refuse it. */
function forged(node: Node, change: Partial<Node>): Node {
  // A change of shape, element type or operands does not concern the op, which ties the union together.
  return { ...node, ...change } as Node;
}

Deno.test("a well-formed graph passes as it is", () => {
  const good = graph({ name: "y", node: y }, { name: "x", node: y, target: x });
  assert.equal(verifyGraph(good), good);
});

Deno.test("every fault is refused, with the graph's text", () => {
  const z = input("z", [K]).node;
  const faults: readonly [Graph, string][] = [
    [
      graph({ name: "y", node: forged(y, { shape: [K] }) }),
      "exp has shape [K], its rule gives [B]",
    ],
    [
      graph({ name: "y", node: forged(y, { dtype: "u32" }) }),
      "exp is of u32, its rule gives f32",
    ],
    [
      graph({ name: "y", node: forged(y, { inputs: [iota(B).node] }) }),
      "Cannot take exp of [B] of u32: it needs f32; use cast",
    ],
    [
      graph({ name: "y", node: x }, { name: "y", node: y }),
      'two results are named "y"',
    ],
    [
      graph({ name: "y", node: greater(input("x", [B]), 0).node }),
      'result "y" is a bool',
    ],
    [
      graph({ name: "z", node: y, target: z }),
      '"z" overwrites [K] of f32 with [B] of f32',
    ],
    [
      graph({ name: "x", node: iota(B).node, target: x }),
      '"x" overwrites [B] of f32 with [B] of u32',
    ],
    [
      graph({ name: "x", node: x, target: y }),
      '"x" overwrites a value that is not a leaf',
    ],
  ];
  for (const [faulty, message] of faults) {
    assert.throws(() => verifyGraph(faulty), (error) => {
      assert.ok(error instanceof Error && error.name === "VerifyError");
      const [first, ...text] = error.message.split("\n");
      assert.equal(first, `Graph l.forward: ${message}`);
      assert.match(text.at(-1) ?? "", /^(return|update) /);
      return true;
    });
  }
});

Deno.test("a fault anywhere below a result is found", () => {
  const deep = forged(y, { shape: [K] });
  const above = forged(make("neg", {}, [y]), { inputs: [deep], shape: [K] });
  assert.throws(() => verifyGraph(graph({ name: "y", node: above })), /exp has shape \[K\]/);
});
