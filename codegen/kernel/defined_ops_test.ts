import assert from "node:assert/strict";
import { type DefinedOp, DEFINITIONS } from "./defined_ops.ts";
import { interpretKernel } from "./interpret.ts";
import { axis, define, load, loops, store, tensor } from "./sample_kernels.ts";
import { applyReal } from "./scalar_math.ts";
import { verifyKernel } from "./verify.ts";

const COUNT = 2001;
/** From −10 to 10, and far out. */
const POINTS = [
  ...Array.from({ length: COUNT - 2 }, (_, i) => (i - (COUNT - 3) / 2) / 100),
  -1e20,
  1e20,
];

/** The largest error that each definition says it has. */
const BOUNDS: { readonly [Op in DefinedOp]: number } = { erf: 1.5e-7, sigmoid: 1e-15 };

for (const [op, { argument, steps, value }] of Object.entries(DEFINITIONS)) {
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
    const known: keyof typeof DEFINITIONS = op === "erf" ? "erf" : "sigmoid";
    const errors = POINTS.map((point, at) =>
      Math.abs((data[at] ?? NaN) - applyReal(known, [point]))
    );
    assert.ok(Math.max(...errors) <= BOUNDS[known], `${op} is off by ${Math.max(...errors)}`);
  });
}
