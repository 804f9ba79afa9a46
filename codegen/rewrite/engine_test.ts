import assert from "node:assert/strict";
import { dim } from "../../dsl/dim.ts";
import { make } from "../../dsl/intern.ts";
import type { Node } from "../../dsl/ops.ts";
import { add, exp, input, mul, neg, tanh, type Tensor } from "../../dsl/tensor.ts";
import type { Graph } from "../graph/graph.ts";
import { printNodes } from "../graph/print.ts";
import { rewrite } from "./engine.ts";
import type { Rule } from "./rule.ts";
import { RULES } from "./rules/mod.ts";

const x = input("x", [dim("B")]);

function graphOf(value: Tensor, names: ReadonlyMap<Node, string> = new Map()): Graph {
  return { name: "forward", layer: "l", results: [{ name: "y", node: value.node }], names };
}

/** A rule that replaces one op of one operand by another. */
function exchange(from: "exp" | "tanh" | "neg", to: "exp" | "tanh" | "neg"): Rule {
  return {
    name: `${from}-to-${to}`,
    identity: `${from}(x) = ${to}(x)`,
    terminates: "this is an example",
    apply: (node) => node.op === from ? make(to, {}, node.inputs) : undefined,
  };
}

Deno.test("operands are rewritten before their users, and each firing is recorded in order", () => {
  const { graph, firings } = rewrite(graphOf(tanh(neg(exp(x)))), [
    exchange("tanh", "neg"),
    exchange("exp", "tanh"),
  ]);
  assert.deepEqual(
    firings.map(({ rule, after }) => [rule.name, printNodes([after], new Map())]),
    [
      ["exp-to-tanh", "t1[B] = tanh(x)"],
      ["tanh-to-neg", "t1[B] = -x"],
      ["tanh-to-neg", "t1[B] = -x\nt2[B] = -t1\nt3[B] = -t2"],
    ],
  );
  assert.equal(graph.results[0]?.node, neg(neg(neg(x))).node);
});

Deno.test("the first rule that fits wins", () => {
  const { firings } = rewrite(graphOf(exp(x)), [exchange("exp", "neg"), exchange("exp", "tanh")]);
  assert.deepEqual(firings.map(({ rule }) => rule.name), ["exp-to-neg"]);
});

Deno.test("a value that is used twice is rewritten once", () => {
  const e = exp(x);
  const { graph, firings } = rewrite(graphOf(mul(e, add(e, e))), [exchange("exp", "tanh")]);
  assert.equal(firings.length, 1);
  assert.equal(
    printNodes(graph.results.map(({ node }) => node), new Map()),
    "t1[B] = tanh(x)\nt2[B] = t1 + t1\nt3[B] = t1 * t2",
  );
});

Deno.test("a graph that no rule fits stays the same nodes", () => {
  const before = graphOf(exp(x));
  const { graph, firings } = rewrite(before, RULES);
  assert.equal(graph.results[0]?.node, before.results[0]?.node);
  assert.deepEqual(firings, []);
});

Deno.test("a readable name goes over to the value that takes the place of the named one", () => {
  const e = exp(x);
  const { graph } = rewrite(graphOf(neg(e), new Map([[e.node, "e"]])), [exchange("exp", "tanh")]);
  assert.equal(graph.names.get(tanh(x).node), "e");
});

Deno.test("rules that undo each other are reported by name", () => {
  assert.throws(
    () => rewrite(graphOf(exp(x)), [exchange("exp", "tanh"), exchange("tanh", "exp")]),
    { message: "Rewriting does not end; the last rules were tanh-to-exp, exp-to-tanh" },
  );
});

Deno.test("a rule that grows its own left side is reported by name", () => {
  const grow: Rule = {
    ...exchange("neg", "neg"),
    name: "grow",
    apply: (node) =>
      node.op === "neg" ? make("neg", {}, [make("exp", {}, [make("neg", {}, [node])])]) : undefined,
  };
  assert.throws(() => rewrite(graphOf(neg(x)), [grow]), {
    message: "Rewriting does not end; the last rules were grow",
  });
});
