import assert from "node:assert/strict";
import wabt from "wabt";
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

/** The distance of two floats in units of the last place of the wanted one. */
function unitsApart(got: number, wanted: number): number {
  // Beyond the largest float there is only infinity.
  if (Object.is(got, Math.fround(wanted))) return 0;
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(wanted))));
  return Math.abs(got - wanted) / 2 ** (exponent - 23);
}

/** Floats of every size, by their bits, `step` apart. */
function* floats(low: number, high: number, step: number): Generator<number> {
  const view = new DataView(new ArrayBuffer(4));
  for (let bits = low; bits < high; bits += step) {
    view.setUint32(0, bits);
    yield view.getFloat32(0);
  }
}

const run = await functions();
const POSITIVE = [0, 0x7f800000] as const, NEGATIVE = [0x80000000, 0xff800000] as const;

for (
  const [name, ranges, most] of [
    ["exp", [POSITIVE, NEGATIVE], 1],
    ["log", [POSITIVE], 1],
    ["tanh", [POSITIVE, NEGATIVE], 2],
  ] as const
) {
  Deno.test(`${name} is right to ${most} units in the last place, for floats of every size`, () => {
    let worst = 0, worstAt = 0;
    for (const [low, high] of ranges) {
      for (const x of floats(low, high, 7919)) {
        const wanted = Math[name](x);
        const apart = unitsApart(run[name](x), wanted);
        if (!(apart <= worst)) [worst, worstAt] = [apart, x];
      }
    }
    assert.ok(worst <= most, `${worst} units at ${worstAt}`);
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
