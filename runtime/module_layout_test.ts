import assert from "node:assert/strict";
import { layOut, programOf, shapeText, tensorOf } from "./module_layout.ts";
import type { ModuleSpec } from "./spec.ts";
import { scaleKernel, scaling } from "./testing/tiny_modules.ts";

const spec: ModuleSpec = scaling();

Deno.test("a layout has every size in numbers", () => {
  const layout = layOut(spec, { B: 2, K: 3 });
  assert.deepEqual(layout.slotBytes, [24, 24, 4]);
  assert.equal(tensorOf(layout, "x").elements, 6);
  assert.equal(tensorOf(layout, "x").bytes, 24);
  assert.equal(shapeText(tensorOf(layout, "x"), layout.dims), "x[B = 2, K = 3]");
  assert.equal(shapeText(tensorOf(layout, "total"), layout.dims), "total[1]");
});

Deno.test("every dim must be given, as a whole number from 1, and no other", () => {
  assert.throws(() => layOut(spec, { B: 1 }), {
    name: "TypeError",
    message: `Cannot load module "scaling": among the dims given, "K" missing; ` +
      `give a number for each of "K" and "B"`,
  });
  assert.throws(() => layOut(spec, { B: 1, k: 1 }), /"K" missing and "k" unknown/);
  for (const bad of [0, -1, 1.5, NaN, Infinity, 2 ** 53]) {
    assert.throws(() => layOut(spec, { B: bad, K: 1 }), {
      name: "RangeError",
      message: `Cannot load module "scaling": dim "B" is ${bad}; give a whole number from 1`,
    });
  }
});

Deno.test("unknown tensors and programs are answered with the names there are", () => {
  const layout = layOut(spec, { B: 1, K: 1 });
  assert.throws(() => tensorOf(layout, "z"), {
    name: "TypeError",
    message: `Module "scaling" has no tensor "z"; it has "x", "y" and "total"`,
  });
  assert.throws(() => programOf(layout, "toString"), {
    name: "TypeError",
    message: `Module "scaling" has no program "toString"; it has "scale" and "fail"`,
  });
});

Deno.test("a size beyond what JavaScript counts exactly is refused", () => {
  assert.throws(() => layOut(spec, { B: 2 ** 40, K: 2 ** 40 }), {
    name: "RangeError",
    message: /choose (smaller|other) dims/,
  });
});

Deno.test("a tensor larger than its slot is refused", () => {
  const narrow = { ...spec, slots: [{ bytes: () => 8 }, ...spec.slots.slice(1)] };
  assert.throws(
    () => layOut(narrow, { B: 1, K: 3 }),
    /tensor "x" needs 12 bytes, but its slot 0 has 8 bytes; run "deno task gen"/,
  );
  assert.throws(() => layOut({ ...spec, slots: [] }, { B: 1, K: 3 }), /slot 0 does not exist/);
});

Deno.test("a kernel that writes a slot it also binds elsewhere is refused by name", () => {
  const aliased = scaling(scaleKernel());
  aliased.tensors.y.slot = 0;
  assert.throws(
    () => layOut(aliased as ModuleSpec, { B: 1, K: 3 }),
    /kernel "scale" of layer "scaling" in program "scale" binds "x" and "y", which share slot 0/,
  );
});

Deno.test("a kernel may read one slot twice, and must bind tensors that exist", () => {
  const reading = (tensor: string) =>
    layOut(
      scaling({
        ...scaleKernel(),
        bindings: [{ tensor: "x", access: "read" }, { tensor, access: "read" }],
      }) as ModuleSpec,
      { B: 1, K: 3 },
    );
  assert.equal(reading("x").slotBytes.length, 3);
  assert.throws(() => reading("q"), /has no tensor "q"/);
});
