import assert from "node:assert/strict";
import { times } from "../../dsl/dim.ts";
import { evaluateHost, printHost } from "./host_expr.ts";
import type { HostExpr, PrimitiveOp } from "./kernel.ts";

const step: HostExpr = { kind: "scalar", name: "step" };

function number(value: number): HostExpr {
  return { kind: "constant", value };
}

function apply(op: PrimitiveOp, ...args: readonly HostExpr[]): HostExpr {
  return { kind: "apply", op, args };
}

function correction(beta: number): HostExpr {
  return apply("sub", number(1), apply("pow", number(beta), step));
}

const RATE = apply(
  "div",
  apply("mul", number(0.001), apply("sqrt", correction(0.999))),
  correction(0.9),
);

Deno.test("a host expression has the value and the text of its formula", () => {
  const text = printHost(RATE, (name) => `call.${name}`);
  assert.equal(
    text,
    "0.001 * Math.sqrt(1 - Math.pow(0.999, call.step)) / (1 - Math.pow(0.9, call.step))",
  );
  const wanted = 0.001 * Math.sqrt(1 - 0.999 ** 3) / (1 - 0.9 ** 3);
  assert.equal(evaluateHost(RATE, {}, { step: 3 }), wanted);
});

Deno.test("extents print as products and keep their parentheses", () => {
  const size: HostExpr = { kind: "extent", extent: times({ name: "n" }, { name: "K" }) };
  const mean = apply("div", number(1), size);
  assert.equal(printHost(mean, (name) => name), "1 / (n * K)");
  assert.equal(evaluateHost(mean, { n: 2, K: 5 }, {}), 0.1);
  const four: HostExpr = { kind: "extent", extent: 4 };
  assert.equal(printHost(apply("neg", apply("neg", four)), (name) => name), "-(-4)");
});

Deno.test("joined comparisons have parentheses", () => {
  const warm = apply(
    "and",
    apply("greaterEqual", step, number(2)),
    apply("notEqual", step, number(7)),
  );
  const chosen = apply("select", apply("or", apply("not", warm), warm), number(1), number(-1));
  assert.equal(
    printHost(chosen, (name) => name),
    "(!((step >= 2) && (step !== 7)) || ((step >= 2) && (step !== 7))) ? 1 : -1",
  );
  assert.equal(evaluateHost(warm, {}, { step: 7 }), 0);
  assert.equal(evaluateHost(warm, {}, { step: 8 }), 1);
  assert.equal(
    printHost(apply("floor", apply("sin", apply("abs", apply("cos", step)))), (name) => name),
    "Math.floor(Math.sin(Math.abs(Math.cos(step))))",
  );
});

Deno.test("a choice prints as a conditional", () => {
  const chosen = apply("select", apply("greater", step, number(10)), number(1), number(-1));
  assert.equal(printHost(chosen, (name) => name), "step > 10 ? 1 : -1");
  assert.equal(evaluateHost(chosen, {}, { step: 11 }), 1);
});

Deno.test("a scalar without a number is named", () => {
  assert.throws(
    () => evaluateHost(RATE, {}, { epoch: 1 }),
    /scalar "step" has no number, got { epoch }/,
  );
});
