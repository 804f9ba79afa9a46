/** What the optimizers' settings may be, and what they keep. */
import assert from "node:assert/strict";
import { make } from "../intern.ts";
import type { OptimizerDeclaration } from "../optimizer.ts";
import { leafName } from "../../codegen/programs/programs.ts";
import { adam, adamW } from "./adam.ts";
import { rmsProp } from "./rmsprop.ts";
import { sgd } from "./sgd.ts";

Deno.test("settings that no step can be taken by are refused by name", () => {
  const refused: readonly [() => unknown, string][] = [
    [
      () => adam({ beta1: 1 }),
      'Cannot declare a step by adam: "beta1" is 1; it must be a number of at least 0 and below 1, such as 0.9',
    ],
    [
      () => adamW({ beta2: NaN }),
      'Cannot declare a step by adamW: "beta2" is NaN; it must be a number of at least 0 and below 1, such as 0.999',
    ],
    [
      () => adam({ eps: -1 }),
      'Cannot declare a step by adam: "eps" is -1; it must be a number of at least 0, such as 1e-8',
    ],
    [
      // @ts-expect-error there are two rules
      () => adam({ rule: "keras" }),
      'Cannot declare a step by adam: "rule" is "keras"; it must be "chainer" or "pytorch"',
    ],
    [
      // @ts-expect-error it is called alpha
      () => adam({ lr: 0.1 }),
      'Cannot declare a step by adam: it has no option "lr"; its options are alpha, beta1, beta2, eps, decay, rule',
    ],
    [
      // @ts-expect-error AdamW has one rule
      () => adamW({ rule: "chainer" }),
      'Cannot declare a step by adamW: it has no option "rule"; its options are alpha, beta1, beta2, eps, decay',
    ],
    [
      () => rmsProp({ alpha: 2 }),
      'Cannot declare a step by rmsProp: "alpha" is 2; it must be a number of at least 0 and below 1, such as 0.99',
    ],
    [
      // @ts-expect-error yes or no
      () => rmsProp({ centered: 1 }),
      'Cannot declare a step by rmsProp: "centered" is 1; it must be true or false',
    ],
    [
      // @ts-expect-error settings have names
      () => sgd(0.1),
      "Cannot declare a step by sgd from 0.1: wanted its options, { rate, momentum, dampening, nesterov, decay }",
    ],
    [
      () => sgd({ momentum: -0.5 }),
      'Cannot declare a step by sgd: "momentum" is -0.5; it must be a number of at least 0, such as 0.9',
    ],
    [
      () => sgd({ nesterov: true }),
      'Cannot declare a step by sgd: "nesterov" acts on a velocity, and momentum is 0; write momentum: 0.9',
    ],
    [
      () => sgd({ momentum: 0.9, dampening: 0.5, nesterov: true }),
      "Cannot declare a step by sgd: Nesterov's momentum has no dampening, got 0.5; leave one of them out",
    ],
  ];
  for (const [attempt, message] of refused) {
    assert.throws(attempt, { name: "DeclarationError", message });
  }
});

Deno.test("an optimizer keeps the states that its settings need, and no others", () => {
  const w = make("input", { name: "w", role: "parameter", shape: [3], dtype: "f32" });
  const g = make("input", { name: "g", role: "input", shape: [3], dtype: "f32" });
  const kept = (optimizer: OptimizerDeclaration): string =>
    optimizer.updates(w, g).map(({ target }) => leafName(target)).join(" ");
  assert.equal(kept(sgd()), "w");
  assert.equal(kept(sgd({ momentum: 0.9 })), "w w.v");
  assert.equal(kept(rmsProp()), "w w.s");
  assert.equal(kept(rmsProp({ centered: true })), "w w.s w.m");
  assert.equal(kept(rmsProp({ momentum: 0.9 })), "w w.s w.b");
  assert.equal(kept(adamW()), "w w.m w.v");
});
