import assert from "node:assert/strict";
import { type DefinedOp, DEFINITIONS } from "./defined_ops.ts";
import { interpretKernel } from "./interpret.ts";
import { axis, define, load, loops, store, tensor } from "./sample_kernels.ts";
import { philox2x32 } from "./philox.ts";
import { applyReal } from "./scalar_math.ts";
import { verifyKernel } from "./verify.ts";

const COUNT = 2001;
/** From −10 to 10, and far out. */
const POINTS = [
  ...Array.from({ length: COUNT - 2 }, (_, i) => (i - (COUNT - 3) / 2) / 100),
  -1e20,
  1e20,
];

/** The largest error that each definition of reals says it has. */
const BOUNDS: { readonly [Op in Exclude<DefinedOp, "randomBits">]: number } = {
  erf: 1.5e-7,
  sigmoid: 1e-15,
};

for (const op of ["erf", "sigmoid"] as const) {
  const { arguments: [argument = ""], steps, value } = DEFINITIONS[op];
  Deno.test(`the definition of ${op} is well formed and as exact as it says`, () => {
    const i = axis("i", COUNT);
    const [x, y] = [tensor("points", "read", [COUNT]), tensor("y", "write", [COUNT])];
    const kernel = loops({
      name: op,
      tensors: [x, y],
      parallel: [i],
      stages: [define(argument, load(x, i)), ...steps, store(y, [i], value)],
    }, "map");
    verifyKernel(kernel);
    const data = new Float64Array(COUNT);
    const tensors = new Map([
      ["points", { shape: [COUNT], data: Float64Array.from(POINTS) }],
      ["y", { shape: [COUNT], data }],
    ]);
    interpretKernel(kernel, tensors, {}, new Map());
    const errors = POINTS.map((point, at) => Math.abs((data[at] ?? NaN) - applyReal(op, [point])));
    assert.ok(Math.max(...errors) <= BOUNDS[op], `${op} is off by ${Math.max(...errors)}`);
  });
}

Deno.test("the definition of random bits gives the very words", () => {
  const { arguments: given, steps, value } = DEFINITIONS.randomBits;
  const i = axis("i", 50);
  const words = given.map((name) => tensor(`${name}s`, "read", [50], "u32"));
  const y = tensor("y", "write", [50], "u32");
  const kernel = loops({
    name: "random",
    tensors: [...words, y],
    parallel: [i],
    stages: [
      ...words.map((each, at) => define(given[at] ?? "", load(each, i))),
      ...steps,
      store(y, [i], value),
    ],
  }, "map");
  verifyKernel(kernel);
  const values = words.map((_, at) =>
    Float64Array.from({ length: 50 }, (_, k) => philox2x32(k, at, 7))
  );
  const data = new Float64Array(50);
  const tensors = new Map([
    ...words.map(({ name }, at) =>
      [name, { shape: [50], data: values[at] ?? new Float64Array() }] as const
    ),
    ["y", { shape: [50], data }] as const,
  ]);
  interpretKernel(kernel, tensors, {}, new Map());
  data.forEach((word, k) => {
    const [low = NaN, high = NaN, key = NaN] = values.map((each) => each[k] ?? NaN);
    assert.equal(word, philox2x32(low, high, key));
  });
});
