import assert from "node:assert/strict";
import type { Extent } from "../../../dsl/dim.ts";
import { axisIndex, div } from "../../kernel/index_expr.ts";
import { apply, axis, load, loops, moduleOf, store, tensor } from "../../kernel/sample_kernels.ts";
import { writeBuilds } from "./emit.ts";
import { fitsLanes } from "./lanes.ts";
import { planModule } from "./module_plan.ts";
import { compare } from "./reference_run.ts";

/** A matrix and another one that lies column by column beside it. */
function mixed(rows: Extent, columns: Extent) {
  const [i, j] = [axis("i", rows), axis("j", columns)];
  const wide = tensor("wide", "read", [rows, columns]);
  const tall = tensor("tall", "read", [columns, rows]);
  const y = tensor("y", "write", [rows, columns]);
  const kernel = loops({
    name: "mixed",
    tensors: [wide, tall, y],
    parallel: [i, j],
    stages: [store(y, [i, j], apply("add", load(wide, i, j), load(tall, j, i)))],
  });
  const named = new Map([wide, tall, y].map((each) => [each.name, each]));
  return { i, j, wide, tall, y, kernel, named };
}

Deno.test("a few accesses at a constant stride may be among lanes; where there is no choice, any number", () => {
  const { i, j, wide, tall, y, kernel, named } = mixed(3, 9);
  assert.equal(fitsLanes(kernel.stages, j, named), true);
  const most = [store(y, [i, j], load(tall, j, i))];
  assert.equal(fitsLanes(most, j, named), false);
  assert.equal(fitsLanes(most, j, named, "any"), true);
  const halves = [store(y, [i, j], load(wide, i, div(axisIndex(j), 2)))];
  assert.equal(fitsLanes(halves, j, named, "any"), false);
});

Deno.test("lanes at a constant stride are loaded one by one, to the interpreter's values", async () => {
  for (const [rows, columns] of [[3, 9], [1, 4], [5, 3], [2, 17]] as const) {
    const module = moduleOf([mixed(rows, columns).kernel]);
    await compare(module, {}, 0);
    const isWide = columns >= 4 && rows > 1;
    const { relaxed } = writeBuilds(planModule(module));
    assert.equal(relaxed.includes("v128.load32_lane"), isWide);
  }
  const [R, C] = [{ name: "R" }, { name: "C" }];
  const sized = moduleOf([mixed(R, C).kernel], { callDims: ["R", "C"] });
  assert.match(writeBuilds(planModule(sized)).relaxed, /v128\.load32_lane/);
  for (const dims of [{ R: 3, C: 9 }, { R: 1, C: 1 }, { R: 7, C: 13 }]) {
    await compare(sized, dims, 0);
  }
});
