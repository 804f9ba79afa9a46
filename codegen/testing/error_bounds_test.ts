import assert from "node:assert/strict";
import { make } from "../../dsl/intern.ts";
import type { Node } from "../../dsl/ops.ts";
import {
  add,
  argmax,
  div,
  exp,
  floor,
  greater,
  input,
  log,
  max,
  maximum,
  mul,
  reshape,
  select,
  sub,
  sum,
  tile,
} from "../../dsl/tensor.ts";
import { topologicalOrder } from "../graph/graph.ts";
import { interpretNode, type Value } from "../graph/interpret.ts";
import { ROUNDED, UNIT } from "./accuracy.ts";
import { boundErrors } from "./error_bounds.ts";
import { sketches } from "./sketch.ts";
import { type Trial, trialOf } from "./trial.ts";

const x = input("x", [4]), z = input("z", [4]);

const vector = (...data: readonly number[]): Value => ({
  shape: [data.length],
  data: Float64Array.from(data, Math.fround),
});

/** The bounds of a value of x and z. */
function errorsOf({ node }: { readonly node: Node }, a: Value, b: Value = a): readonly number[] {
  const leaves = new Map([["x", a], ["z", b]]);
  return [...boundErrors([node], { dims: {}, leaves, accuracy: ROUNDED })[0]?.error ?? []];
}

const some = vector(1, 2, 3, 4), tenths = vector(0.1, 0.2, 0.3, 0.4);

Deno.test("what is exact in f32 has no error, and what is rounded once has half a unit", () => {
  assert.deepEqual(errorsOf(add(x, 1), some), [0, 0, 0, 0]);
  assert.deepEqual(errorsOf(sum(x, { axis: 0 }), some), [0]);
  const thirds = errorsOf(div(x, 3), some);
  thirds.forEach((error, i) => assert.ok(Math.abs(error / (UNIT * (i + 1) / 3) - 1) < 1e-6));
});

Deno.test("a difference of nearly equal numbers keeps their errors", () => {
  const [error = 0] = errorsOf(sub(exp(x), exp(z)), tenths);
  assert.ok(error > 2 * UNIT * Math.exp(0.1) * 0.999 && error < 3 * UNIT * Math.exp(0.1));
});

Deno.test("a decision within rounding is unknown, and one that is not is certain", () => {
  const near = greater(mul(x, 0.1), mul(z, 0.1));
  const apart = vector(1, 2, 3.5, 4.5);
  assert.deepEqual(errorsOf(near, some), Array(4).fill(Infinity));
  assert.deepEqual(errorsOf(near, some, apart), [Infinity, Infinity, 0, 0]);
  assert.deepEqual(errorsOf(floor(mul(x, 0.1)), vector(10, 5, 25, -10)), [
    Infinity,
    0,
    0,
    Infinity,
  ]);
  assert.deepEqual(errorsOf(argmax(mul(x, 0.1), { axis: 0 }), vector(1, 3, 3, 2)), [Infinity]);
  // Equal numbers that nothing has rounded are equal everywhere.
  assert.deepEqual(errorsOf(argmax(x, { axis: 0 }), vector(1, 3, 3, 2)), [0]);
});

Deno.test("a choice by an unknown decision is unknown, a larger one of two is not", () => {
  const [a, b] = [mul(x, 0.1), mul(z, 0.1)];
  assert.ok(errorsOf(select(greater(a, b), a, b), some).every((error) => error === Infinity));
  assert.ok(errorsOf(maximum(a, b), some).every((error) => error < 1e-7));
});

Deno.test("a largest element equals the one that it is a copy of", () => {
  const a = mul(x, 0.1);
  const isLargest = make("equal", {}, [
    tile(reshape(a, [1, 4]), [1, 1]).node,
    make("broadcast", { shape: [1, 4], axes: [] }, [max(a, { axis: 0 }).node]),
  ]);
  assert.deepEqual(errorsOf({ node: isLargest }, some), [0, 0, 0, 0]);
});

Deno.test("what is no f32, or may be none, is unknown", () => {
  assert.deepEqual(errorsOf(exp(x), vector(1, 100, -100, 88))[1], Infinity);
  assert.deepEqual(errorsOf(log(sub(x, 3)), some).slice(0, 3), [Infinity, Infinity, Infinity]);
  assert.deepEqual(errorsOf(div(z, sub(mul(x, 0.1), 0.3)), some)[2], Infinity);
});

/** The values of results if every node is rounded to f32. */
function rounded(roots: readonly Node[], { dims, leaves }: Trial): readonly Value[] {
  const values = new Map<Node, Value>();
  for (const node of topologicalOrder(roots)) {
    const inputs = node.inputs.flatMap((each) => values.get(each) ?? []);
    const { shape, data } = interpretNode(node, inputs, { dims, leaves });
    values.set(node, { shape, data: node.dtype === "f32" ? data.map(Math.fround) : data });
  }
  return roots.flatMap((root) => values.get(root) ?? []);
}

Deno.test("a machine that rounds each value stays within the bounds, which are sharp", () => {
  let [count, sharp, used] = [0, 0, 0];
  for (const sketch of sketches(150, 9)) {
    const trial = trialOf(sketch);
    if (trial === undefined) continue;
    const { dims, leaves, compilation: { stages } } = trial;
    const roots = stages.flatMap(({ source }) => source.results.map(({ node }) => node));
    const got = rounded(roots, trial);
    boundErrors(roots, { dims, leaves, accuracy: ROUNDED }).forEach(({ value, error }, i) => {
      value.data.forEach((exact, at) => {
        const bound = error[at] ?? Infinity;
        if (bound === Infinity || bound === 0) return;
        const off = Math.abs((got[i]?.data[at] ?? NaN) - exact);
        assert.ok(off <= 1.001 * bound, `${roots[i]?.op}: ${off} of ${bound}`);
        count++;
        if (bound <= 1e-5 * Math.abs(exact)) sharp++;
        if (off >= bound / 100) used++;
      });
    });
  }
  assert.ok(
    count > 5000 && sharp > 0.65 * count && used > 0.5 * count,
    `${count} ${sharp} ${used}`,
  );
});
