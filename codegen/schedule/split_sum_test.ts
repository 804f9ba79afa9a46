import assert from "node:assert/strict";
import { evaluateExtent } from "../../dsl/dim.ts";
import { interpretProgram, type TensorValue } from "../kernel/interpret.ts";
import type { Kernel } from "../kernel/kernel.ts";
import {
  adam,
  axis,
  biasRelu,
  type Layout,
  moduleOf,
  product,
  type ProductOptions,
} from "../kernel/sample_kernels.ts";
import { verifyKernel } from "../kernel/verify.ts";
import { seeded } from "../testing/random_values.ts";
import { splitSum } from "./split_sum.ts";

const DIMS = { B: 3 };

/** Runs kernels one after the other over random values, and returns what they leave of all tensors but one. */
function run(kernels: readonly Kernel[], without = ""): ReadonlyMap<string, readonly number[]> {
  const uniforms = [
    { name: "rate", type: "f32", value: { kind: "constant", value: 0.5 } },
  ] as const;
  const module = moduleOf(kernels, { callDims: ["B"], uniforms });
  const [program] = module.programs;
  assert.ok(program);
  const tensors = new Map(
    module.tensors.map(({ name, shape, kind }): [string, TensorValue] => {
      const sizes = shape.map((extent) => evaluateExtent(extent, DIMS));
      const next = seeded(name.length);
      const length = sizes.reduce((count, size) => count * size, 1);
      const data = Float64Array.from({ length }, () => kind === "output" ? NaN : 0.1 + next());
      return [name, { shape: sizes, data }];
    }),
  );
  interpretProgram(program, tensors, DIMS);
  tensors.delete(without);
  return new Map([...tensors].map(([name, { data }]) => [name, [...data]]));
}

const CASES: readonly {
  readonly layout: Layout;
  readonly parts: number;
  readonly epilogue: ProductOptions["epilogue"];
  readonly heads?: number;
}[] = [
  { layout: "NT", parts: 2, epilogue: biasRelu },
  { layout: "TN", parts: 3, epilogue: adam },
  { layout: "NN", parts: 12, epilogue: biasRelu, heads: 2 },
];

for (const { layout, parts, epilogue, heads } of CASES) {
  Deno.test(`a sum in ${parts} parts, added up, is the whole sum: ${layout}`, () => {
    const batch = heads === undefined ? [] : [axis("h", heads)];
    const kernel = product({ layout, sizes: [{ name: "B" }, 8, 12], epilogue, batch });
    const { schedule } = kernel;
    assert.equal(schedule.frame, "contract");
    const tiling = {
      ...schedule.tilings.gpu,
      splits: parts,
      fours: { results: false },
      exact: { m: false, n: false, k: false },
    };
    const split = splitSum(kernel, schedule, tiling);
    verifyKernel(split.parts);
    verifyKernel(split.whole);
    const whole = run([kernel]);
    const inParts = run([split.parts, split.whole], split.partials.name);
    assert.deepEqual([...inParts.keys()].toSorted(), [...whole.keys()].toSorted());
    for (const [name, values] of whole) {
      inParts.get(name)?.forEach((value, i) =>
        assert.ok(Math.abs(value - (values[i] ?? NaN)) < 1e-12, `${name}[${i}]`)
      );
    }
  });
}

Deno.test("names of a kernel that would be taken twice get an underscore", () => {
  const kernel = product({
    layout: "NT",
    sizes: [2, 8, 12],
    batch: [axis("part", 2)],
    epilogue: biasRelu,
  });
  const { schedule } = kernel;
  assert.equal(schedule.frame, "contract");
  const { parts } = splitSum(kernel, schedule, { ...schedule.tilings.gpu, splits: 3 });
  assert.deepEqual(parts.parallel.map(({ name }) => name), ["part_", "part", "m", "n"]);
});

Deno.test("a sum that does not fall into equal parts is not cut", () => {
  for (const k of [12, { name: "B" }]) {
    const kernel = product({ layout: "NT", sizes: [2, 8, k], epilogue: biasRelu });
    const { schedule } = kernel;
    assert.equal(schedule.frame, "contract");
    const { gpu } = schedule.tilings;
    assert.throws(
      () => splitSum(kernel, schedule, { ...gpu, splits: 5 }),
      /does not fall into 5 parts/,
    );
  }
});
