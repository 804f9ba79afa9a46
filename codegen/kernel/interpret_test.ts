import assert from "node:assert/strict";
import { interpretProgram, type TensorValue } from "./interpret.ts";
import type { Kernel } from "./kernel.ts";
import {
  adam,
  apply,
  axis,
  biasRelu,
  cast,
  constant,
  load,
  local,
  loops,
  moduleOf,
  product,
  store,
  tensor,
} from "./sample_kernels.ts";
import {
  accuracy,
  chosenRow,
  drawing,
  fold,
  maskedTile,
  softmax,
  totals,
} from "./sample_programs.ts";

type Given = Readonly<Record<string, readonly [readonly number[], readonly number[]]>>;

/** Runs one kernel and gives a tensor's values back. */
function run(kernel: Kernel, given: Given, wanted: string, rate = 0): readonly number[] {
  const uniforms = [
    { name: "rate", type: "f32", value: { kind: "constant", value: rate } },
    { name: "start", type: "u32", value: { kind: "constant", value: 1 } },
  ] as const;
  const [program] = moduleOf([kernel], { uniforms }).programs;
  assert.ok(program !== undefined);
  const tensors = new Map<string, TensorValue>(
    Object.entries(given).map(([name, [shape, data]]) => [
      name,
      { shape, data: Float64Array.from(data) },
    ]),
  );
  interpretProgram(program, tensors, {});
  return [...(tensors.get(wanted)?.data ?? [])];
}

const EMPTY = (count: number) => Array.from({ length: count }, () => NaN);

Deno.test("a product with bias and ReLU", () => {
  const kernel = product({ layout: "NT", sizes: [1, 2, 3], epilogue: biasRelu });
  const given: Given = {
    x: [[1, 3], [1, 2, 3]],
    w: [[2, 3], [1, 1, 1, -1, -1, -1]],
    bias: [[2], [0.5, 2]],
    y: [[1, 2], EMPTY(2)],
  };
  assert.deepEqual(run(kernel, given, "y"), [6.5, 0]);
});

Deno.test("Adam's first step moves a parameter by the rate", () => {
  const kernel = product({ layout: "TN", sizes: [1, 1, 1], epilogue: adam });
  const given: Given = {
    x: [[1, 1], [3]],
    w: [[1, 1], [1]],
    p: [[1, 1], [1]],
    first: [[1, 1], [0]],
    second: [[1, 1], [0]],
  };
  const [p = NaN] = run(kernel, given, "p", 0.01 * Math.sqrt(0.001) / 0.1);
  assert.ok(Math.abs(p - 0.99) < 1e-8);
});

Deno.test("fold, tile and mask", () => {
  const x = [1, 2, 3, 4, 5, 6];
  assert.deepEqual(run(fold(1, 2, 3), { x: [[1, 6], x], folded: [[1, 3], EMPTY(3)] }, "folded"), [
    5,
    7,
    9,
  ]);
  const given: Given = {
    gx: [[1, 2], [7, 8]],
    h: [[1, 4], [1, 0, -1, 1]],
    y: [[1, 4], EMPTY(4)],
  };
  assert.deepEqual(run(maskedTile(1, 2, 2), given, "y"), [7, 0, 0, 8]);
});

Deno.test("softmax sums to one", () => {
  const given: Given = {
    z: [[1, 2], [0, Math.log(3)]],
    y: [[1, 2], EMPTY(2)],
    logs: [[1], EMPTY(1)],
  };
  const [first = NaN, second = NaN] = run(softmax(1, 2), given, "y");
  assert.ok(Math.abs(first - 0.25) < 1e-15 && Math.abs(second - 0.75) < 1e-15);
});

Deno.test("argmax takes the first of equals", () => {
  const given: Given = {
    z: [[2, 3], [1, 5, 5, 9, 2, 9]],
    label: [[2], [1, 2]],
    hit: [[2], EMPTY(2)],
    found: [[2], EMPTY(2)],
  };
  assert.deepEqual(run(accuracy(2, 3), given, "found"), [1, 0]);
  assert.deepEqual(run(accuracy(2, 3), given, "hit"), [1, 0]);
});

Deno.test("a kernel of a single point", () => {
  const given: Given = { g: [[2, 2], [1, -4, 2, 8]], total: [[], [NaN]], largest: [[], [NaN]] };
  assert.deepEqual(run(totals(2, 2), given, "total"), [7]);
  assert.deepEqual(run(totals(2, 2), given, "largest"), [8]);
});

Deno.test("u32 wraps around, and conversions to it are cut off", () => {
  const i = axis("i", 1);
  const [x, y] = [tensor("x", "read", [1]), tensor("y", "write", [1], "u32")];
  const value = (scalar: Parameters<typeof store>[2]) =>
    run(
      loops(
        { name: "u32", tensors: [x, y], parallel: [i], stages: [store(y, [i], scalar)] },
        "map",
      ),
      { x: [[1], [-3.5]], y: [[1], [NaN]] },
      "y",
    );
  assert.deepEqual(value(cast("u32", load(x, i))), [0]);
  assert.deepEqual(value(apply("sub", constant(1, "u32"), constant(2, "u32"))), [0xffff_ffff]);
});

Deno.test("an index outside of a tensor is named", () => {
  const i = axis("i", 3);
  const [x, y] = [tensor("x", "read", [3]), tensor("y", "write", [3])];
  const kernel = loops({
    name: "copy",
    tensors: [x, y],
    parallel: [i],
    stages: [store(y, [i], load(x, i))],
  });
  const given: Given = { x: [[2], [1, 2]], y: [[3], EMPTY(3)] };
  assert.throws(() => run(kernel, given, "y"), /copy: index 2 of x is outside axis 0 of \[2\]/);
  assert.throws(() => run(kernel, { y: [[3], EMPTY(3)] }, "y"), /tensor "x" has no value/);
});

Deno.test("a local that was not made has no value", () => {
  const y = tensor("y", "write", []);
  const kernel = loops({
    name: "bad",
    tensors: [y],
    parallel: [],
    stages: [store(y, [], local("a"))],
  });
  assert.throws(() => run(kernel, { y: [[], [NaN]] }, "y"), /local "a" has no value/);
});

Deno.test("data decide which rows are drawn", () => {
  const [x, label] = drawing(2, 4, 3);
  assert.ok(x !== undefined && label !== undefined);
  const given: Given = {
    order: [[4], [9, 3, 0, 9]],
    pixels: [[4, 3], [0, 51, 255, 9, 9, 9, 9, 9, 9, 255, 0, 102]],
    digits: [[4], [7, 6, 5, 4]],
    x: [[2, 3], EMPTY(6)],
    label: [[2], EMPTY(2)],
  };
  assert.deepEqual(run(x, given, "x"), [1, 0, 0.4, 0, 0.2, 1]);
  assert.deepEqual(run(label, given, "label"), [4, 7]);
  const outside: Given = { ...given, order: [[4], [0, 0, 4, 0]] };
  assert.throws(
    () => run(label, outside, "label"),
    /draw_label: index 4 of digits is outside axis 0 of \[4\]/,
  );
});

Deno.test("a local decides which row is taken", () => {
  const given: Given = {
    z: [[2, 3], [0, 2, 1, 5, 4, 3]],
    table: [[3, 2], [1, 2, 3, 4, 5, 6]],
    y: [[2, 2], EMPTY(4)],
    first: [[2], EMPTY(2)],
  };
  assert.deepEqual(run(chosenRow(2, 3, 2), given, "y"), [3, 4, 1, 2]);
  assert.deepEqual(run(chosenRow(2, 3, 2), given, "first"), [3, 1]);
});
