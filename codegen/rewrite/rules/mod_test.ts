import assert from "node:assert/strict";
import type { Node } from "../../../dsl/ops.ts";
import { interpret } from "../../graph/interpret.ts";
import { nameNodes, printNodes } from "../../graph/print.ts";
import { leavesOf, randomDims, randomLeaves, seeded } from "../../testing/random_values.ts";
import { RULES } from "./mod.ts";
import { CONTRACTION_CASES } from "./testing/contraction_cases.ts";
import { IDENTITY_CASES } from "./testing/identity_cases.ts";
import { MOVEMENT_CASES } from "./testing/movement_cases.ts";
import type { RuleCases } from "./testing/rule_case.ts";

const CASES: RuleCases = { ...IDENTITY_CASES, ...MOVEMENT_CASES, ...CONTRACTION_CASES };
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
  const example = CASES[rule.name];
  if (example === undefined) continue;
  const { value, before, after, unchanged = [] } = example;
  const result = rule.apply(value);

  Deno.test(`${rule.name}: ${rule.identity}`, () => {
    assert.ok(result !== undefined);
    assert.equal(show(value), before);
    assert.equal(show(result), after);
    assert.deepEqual(result.shape, value.shape);
    assert.equal(result.dtype, value.dtype);
  });

  Deno.test(`${rule.name} keeps the values`, () => {
    assert.ok(result !== undefined);
    for (let seed = 1; seed <= 10; seed++) {
      const next = seeded(seed);
      const dims = randomDims([value], next);
      const leaves = randomLeaves(leavesOf([value]), dims, next);
      const [wanted, got] = interpret([value, result], { dims, leaves });
      assert.deepEqual(got?.shape, wanted?.shape);
      wanted?.data.forEach((element, i) => {
        assert.ok(
          Math.abs(element - (got?.data[i] ?? NaN)) < 1e-12,
          `element ${i} at ${JSON.stringify(dims)}`,
        );
      });
    }
  });

  if (unchanged.length > 0) {
    Deno.test(`${rule.name} leaves values alone that only look alike`, () => {
      for (const other of unchanged) assert.equal(rule.apply(other), undefined, show(other));
    });
  }
}
