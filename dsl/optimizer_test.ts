import assert from "node:assert/strict";
import { dim, showShape } from "./dim.ts";
import { make } from "./intern.ts";
import type { Node } from "./ops.ts";
import { defineOptimizer, type OptimizerDeclaration } from "./optimizer.ts";
import { add, mul, sub, sum } from "./tensor.ts";

const O = dim("O"), K = dim("K");
const W: Node = make("input", { name: "l1.W", role: "parameter", shape: [O, K], dtype: "f32" });
const gW: Node = make("input", { name: "gW", role: "input", shape: [O, K], dtype: "f32" });

Deno.test("an optimizer updates a parameter, and state of the same shape named after it", () => {
  const momentum = defineOptimizer({
    name: "momentum",
    state: ["velocity"],
    update: ({ w, g, velocity }) => {
      const next = sub(mul(velocity, 0.9), mul(g, 0.01));
      return { w: add(w, next), velocity: next };
    },
  });
  const updates = momentum.updates(W, gW);
  assert.deepEqual(
    updates.map(({ target, value }) =>
      target.op === "input" &&
      [target.attrs.name, target.attrs.role, showShape(target.shape), showShape(value.shape)]
    ),
    [
      ["l1.W", "parameter", "[O, K]", "[O, K]"],
      ["l1.W.velocity", "state", "[O, K]", "[O, K]"],
    ],
  );
  const [, velocity] = updates;
  assert.ok(velocity?.target.op === "input");
  assert.deepEqual(velocity.target.attrs.initial, { kind: "constant", value: 0 });
});

Deno.test("an update of another shape is refused", () => {
  const wrong = defineOptimizer({
    name: "wrong",
    state: [],
    update: ({ w, g }) => ({ w: sum(sub(w, g), { axis: 0 }) }),
  });
  assert.throws(() => wrong.updates(W, gW), {
    name: "DeclarationError",
    message: 'In optimizer wrong: "w" must keep the parameter\'s shape, got [K] for l1.W[O, K]',
  });
});

Deno.test("a fault inside update names the optimizer", () => {
  const endless = defineOptimizer({
    name: "endless",
    state: [],
    update: ({ w, g }) => ({ w: sub(w, mul(g, Infinity)) }),
  });
  assert.throws(
    () => endless.updates(W, gW),
    /^DeclarationError: In optimizer endless: Cannot use the constant Infinity: it is not a finite/,
  );
});

Deno.test("only leaves are updated, and names are identifiers", () => {
  const once = defineOptimizer({ name: "once", state: [], update: ({ w }) => ({ w }) });
  assert.throws(
    () => once.updates(make("neg", {}, [W]), gW),
    /An optimizer updates leaves only/,
  );
  assert.throws(
    () => defineOptimizer({ name: "my optimizer", state: [], update: ({ w }) => ({ w }) }),
    /Cannot declare an optimizer "my optimizer": use a letter/,
  );
});

Deno.test("what update receives and returns is checked", () => {
  const refused: readonly [() => OptimizerDeclaration, string][] = [
    [
      // @ts-expect-error there is no state m
      () => defineOptimizer({ name: "o", state: [], update: ({ w, m }) => ({ w: sub(w, m) }) }),
      'Cannot find a tensor "m": it is none of w, g, step; correct the name, or declare it',
    ],
    [
      // @ts-expect-error nothing is returned
      () => defineOptimizer({ name: "o", state: [], update: () => {} }),
      "update returns undefined; it must return tensors by name, such as { w: sub(w, g) }",
    ],
    [
      // @ts-expect-error a number is no tensor
      () => defineOptimizer({ name: "o", state: [], update: () => ({ w: 0 }) }),
      '"w" must keep the parameter\'s shape, got nothing for l1.W[O, K]',
    ],
  ];
  for (const [declare, message] of refused) {
    assert.throws(() => declare().updates(W, gW), {
      name: "DeclarationError",
      message: `In optimizer o: ${message}`,
    });
  }
});

Deno.test("state has names of its own", () => {
  const refused: readonly [string, string][] = [
    ["w", '"w" is the name of the parameter; use another name'],
    ["g", '"g" is the name of the gradient; use another name'],
    ["step", '"step" is the name of the step number; use another name'],
  ];
  for (const [state, reason] of refused) {
    assert.throws(
      () =>
        defineOptimizer({ name: "o", state: [state], update: ({ w, g }) => ({ w, [state]: g }) }),
      { name: "DeclarationError", message: `Cannot declare optimizer "o": ${reason}` },
    );
  }
});
