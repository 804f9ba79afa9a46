import assert from "node:assert/strict";
import type { Node } from "../../../dsl/ops.ts";
import { interpret } from "../../graph/interpret.ts";
import { nameNodes, printNodes } from "../../graph/print.ts";
import { leavesOf, randomDims, randomLeaves, seeded } from "../../testing/random_values.ts";
import { RULES } from "./mod.ts";
import { CONTRACTION_CASES } from "./testing/contraction_cases.ts";
import { IDENTITY_CASES } from "./testing/identity_cases.ts";
import { MOVEMENT_CASES } from "./testing/movement_cases.ts";
import { STRETCH_CASES } from "./testing/stretch_cases.ts";
import type { RuleCases } from "./testing/rule_case.ts";

const CASES: RuleCases = {
  ...IDENTITY_CASES,
  ...MOVEMENT_CASES,
  ...CONTRACTION_CASES,
  ...STRETCH_CASES,
};
const none = new Map<Node, string>();

/** The lines that compute a value, or the value itself where there is nothing to compute. */
function show(node: Node): string {
  return printNodes([node], none) || nameNodes([node], none)(node);
}

Deno.test("every rule has an example, and every example a rule", () => {
  assert.deepEqual(Object.keys(CASES).toSorted(), RULES.map((rule) => rule.name).toSorted());
  assert.equal(new Set(RULES.map((rule) => rule.name)).size, RULES.length);
});

for (const rule of RULES) {
  const examples = [CASES[rule.name] ?? []].flat();

  Deno.test(`${rule.name}: ${rule.identity}`, () => {
    for (const { value, before, after } of examples) {
      const result = rule.apply(value);
      assert.ok(result !== undefined, before);
      assert.equal(show(value), before);
      assert.equal(show(result), after);
      assert.deepEqual([result.shape, result.dtype], [value.shape, value.dtype]);
    }
  });

  Deno.test(`${rule.name} keeps the values`, () => {
    for (const { value } of examples) {
      for (let seed = 1; seed <= 10; seed++) assertSameValues(value, rule.apply(value), seed);
    }
  });

  const alike = examples.flatMap(({ unchanged = [] }) => unchanged);
  if (alike.length > 0) {
    Deno.test(`${rule.name} leaves values alone that only look alike`, () => {
      for (const other of alike) assert.equal(rule.apply(other), undefined, show(other));
    });
  }
}

/** Compares two nodes at random sizes, one among them, and random values. */
function assertSameValues(node: Node, other: Node | undefined, seed: number): void {
  assert.ok(other !== undefined);
  const next = seeded(seed);
  const dims = randomDims([node], next);
  const leaves = randomLeaves(leavesOf([node]), dims, next);
  const [wanted, got] = interpret([node, other], { dims, leaves });
  assert.deepEqual(got?.shape, wanted?.shape);
  wanted?.data.forEach((element, i) => {
    assert.ok(
      Math.abs(element - (got?.data[i] ?? NaN)) < 1e-12,
      `element ${i} at ${JSON.stringify(dims)}`,
    );
  });
}
