import assert from "node:assert/strict";
import fc from "fast-check";
import type { ModuleSpec } from "../spec.ts";
import { assembled } from "../testing/tiny_modules.ts";
import { openWasm } from "./backend.ts";
import { exchanged, transpose } from "./transpose.ts";

const nothing = await assembled(`(module
  (import "env" "memory" (memory 1 65536 shared))
  (import "at" "W" (global $W i32)) (import "at" "seen" (global $seen i32))
  (func (export "peek") (param $at i32)
    (i32.store (global.get $seen)
      (i32.load (i32.add (global.get $W) (i32.shl (local.get $at) (i32.const 2)))))))`);

const program = { inputs: [], outputs: [], updates: [], kernels: [] } as const;

/** A module with a transposed W of shape [O, K], whose program `peek` tells what lies at a place. */
function withTransposed(transposed: readonly string[] = ["W"]) {
  return {
    name: "transposed",
    declaration: "",
    fixedDims: ["O", "K"],
    callDims: ["B"],
    tensors: {
      W: { dtype: "f32", dims: ["O", "K"], shape: ({ O, K }) => [O, K], kind: "input", slot: 0 },
      x: { dtype: "f32", dims: ["B", "K"], shape: ({ B, K }) => [B, K], kind: "input", slot: 1 },
      seen: { dtype: "f32", dims: ["1"], shape: () => [1], kind: "output", slot: 2 },
    },
    slots: [
      { bytes: ({ O, K }) => 4 * O * K },
      { bytes: ({ B, K }) => 4 * B * K },
      { bytes: () => 4 },
    ],
    programs: {
      peek: {
        ...program,
        scalars: ["at"],
        uniforms: [{ name: "at", dtype: "u32", value: ({ at }) => at }],
      },
    },
    wasm: { relaxed: nothing, plain: nothing, transposed, scratch: {} },
  } satisfies ModuleSpec<"B" | "O" | "K", "at">;
}

/** 0, 1, 2 … */
const counting = (length: number) => Float32Array.from({ length }, (_, i) => i);

Deno.test("a matrix of any size is transposed, and back again", () => {
  const size = fc.integer({ min: 1, max: 70 });
  fc.assert(fc.property(size, size, (rows, columns) => {
    const from = counting(rows * columns);
    const to = new Float32Array(from.length).fill(NaN);
    transpose(from, to, { rows, columns });
    from.forEach((value, at) => {
      assert.equal(to[at % columns * rows + Math.floor(at / columns)], value);
    });
    const back = new Float32Array(from.length).fill(NaN);
    transpose(to, back, exchanged({ rows, columns }));
    assert.deepEqual(back, from);
  }));
});

Deno.test("callers see a transposed tensor in its declared order", async () => {
  const backend = await openWasm({ threads: 1 });
  const module = await backend.load(withTransposed(), { B: 1, O: 2, K: 3 });
  const lying = async (at: number): Promise<number | undefined> => {
    module.run("peek", { B: 1, at });
    return (await module.read("seen"))[0];
  };
  module.write("W", Float32Array.of(11, 12, 13, 21, 22, 23));
  assert.deepEqual([await lying(0), await lying(1), await lying(2)], [11, 21, 12]);
  assert.deepEqual(await module.read("W"), Float32Array.of(11, 12, 13, 21, 22, 23));
  module.write("W", Float32Array.of(-13, -21), 2);
  assert.deepEqual(await module.read("W"), Float32Array.of(11, 12, -13, -21, 22, 23));
  assert.equal(await lying(1), -21);
  module.write("x", Float32Array.of(1, 2, 3));
  assert.deepEqual(await module.read("x"), Float32Array.of(1, 2, 3));
  await backend.dispose();
});

Deno.test("a tensor of a size that calls choose cannot be transposed", async () => {
  const backend = await openWasm({ threads: 1 });
  const load = (names: readonly string[]) =>
    backend.load(withTransposed(names), { B: 1, O: 2, K: 3 });
  const told =
    /^TypeError: Cannot load module "transposed": tensor "x" lies .* but it is \[B, K\]; run "deno/;
  await assert.rejects(load(["x"]), told);
  await assert.rejects(load(["seen"]), /takes two axes of fixed sizes, but it is \[1\]/);
  await backend.dispose();
});
