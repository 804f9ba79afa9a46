import assert from "node:assert/strict";
import { biasRelu, moduleOf, product } from "../../kernel/sample_kernels.ts";
import { writeBuilds } from "./emit.ts";
import { planModule } from "./module_plan.ts";
import { compare } from "./reference_run.ts";
import { accumulated, withoutRelaxed } from "./relaxed.ts";
import { block, get } from "./wat.ts";
import { printWat } from "./wat_print.ts";

const [x, y, sum] = (["x", "y", "sum"] as const).map((name) =>
  get({ id: `$${name}`, type: "v128" })
);

Deno.test("the plain build multiplies and adds in two instructions, wherever they stand", () => {
  assert.ok(x !== undefined && y !== undefined && sum !== undefined);
  const inner = accumulated(x, y, sum, true);
  const tree = block("func", [accumulated(inner, y, sum, true)]);
  assert.equal(
    printWat([tree]),
    `(func
  (f32x4.relaxed_madd
    (f32x4.relaxed_madd (local.get $x) (local.get $y) (local.get $sum))
    (local.get $y)
    (local.get $sum)))
`,
  );
  assert.equal(
    printWat([withoutRelaxed(tree)]),
    `(func
  (f32x4.add
    (local.get $sum)
    (f32x4.mul
      (f32x4.add (local.get $sum) (f32x4.mul (local.get $x) (local.get $y)))
      (local.get $y))))
`,
  );
});

Deno.test("both builds compute a product in either form", async () => {
  for (const layout of ["NN", "NT"] as const) {
    const module = moduleOf([product({ layout, sizes: [11, 23, 17], epilogue: biasRelu })]);
    const plan = planModule(module);
    assert.match(writeBuilds(plan).relaxed, /relaxed_madd/);
    assert.doesNotMatch(writeBuilds(plan).plain, /relaxed/);
    for (const build of ["relaxed", "plain"] as const) await compare(module, {}, 1e-5, { build });
  }
});
