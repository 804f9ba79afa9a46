import assert from "node:assert/strict";
import wabt from "wabt";
import { ELEMENTARY_SWEEPS, floats, unitsApart } from "../../testing/float_sweeps.ts";
import { ELEMENTARY, elementaryFunction, type ElementaryName } from "./elementary.ts";
import { printWat } from "./wat_print.ts";
import { block, form } from "./wat.ts";

type Functions = Readonly<Record<ElementaryName, (x: number) => number>>;

/** The functions of a module that exports each for one value. */
async function functions(): Promise<Functions> {
  const exported = ELEMENTARY.map((name) =>
    block(`func (export "${name}") (param $x f32) (result f32)`, [
      form(
        "f32x4.extract_lane 0",
        form(`call $lanes.${name}`, form("f32x4.splat", form("local.get $x"))),
      ),
    ])
  );
  const text = printWat([
    block("module", [...exported, ...ELEMENTARY.flatMap(elementaryFunction)]),
  ]);
  const parsed = (await wabt()).parseWat("elementary.wat", text, {
    simd: true,
    sat_float_to_int: true,
  });
  const { instance } = await WebAssembly.instantiate(new Uint8Array(parsed.toBinary({}).buffer));
  parsed.destroy();
  // The module exports exactly these.
  return instance.exports as unknown as Functions;
}

const run = await functions();

for (const { name, ranges, units } of ELEMENTARY_SWEEPS) {
  Deno.test(`${name} is right to ${units} units in the last place, for floats of every size`, () => {
    let worst = 0, worstAt = 0;
    for (const [low, high] of ranges) {
      for (const x of floats(low, high, 7919)) {
        const wanted = Math[name](x);
        const apart = unitsApart(run[name](x), wanted);
        if (!(apart <= worst)) [worst, worstAt] = [apart, x];
      }
    }
    assert.ok(worst <= units, `${worst} units at ${worstAt}`);
  });
}

Deno.test("functions of no finite number, and at the ends of their range, are what Math says", () => {
  for (const name of ELEMENTARY) {
    for (const x of [0, -0, 1, -1, Infinity, -Infinity, NaN, 1e-45, -1e-45, 3.4e38, -3.4e38]) {
      const wanted = Math.fround(Math[name](Math.fround(x)));
      assert.ok(
        Object.is(run[name](x), wanted) || unitsApart(run[name](x), wanted) <= 1,
        `${name}(${x}) is ${run[name](x)}, wanted ${wanted}`,
      );
    }
  }
});
