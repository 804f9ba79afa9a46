import assert from "node:assert/strict";
import type { Backend } from "../backend.ts";
import type { ModuleSpec } from "../spec.ts";
import { assembled, scaling } from "../testing/tiny_modules.ts";
import { openWasm } from "./backend.ts";

/** Runs a test with a backend that is disposed of afterwards. */
async function withBackend(test: (backend: Backend) => Promise<void>): Promise<void> {
  const backend = await openWasm();
  try {
    await test(backend);
  } finally {
    await backend.dispose();
  }
}

Deno.test("a program reads its input, writes its output and keeps its state", () =>
  withBackend(async (backend) => {
    const module = await backend.load(scaling(), { B: 2, K: 3 });
    module.write("x", new Float32Array([1, 2, 3, 4, 5, 6]));
    module.run("scale", { B: 2, gain: 0.5 });
    assert.deepEqual(await module.read("y"), new Float32Array([1, 2, 3, 4, 5, 6]));
    module.run("scale", { B: 1, gain: 5 });
    assert.deepEqual(await module.read("y"), new Float32Array([10, 20, 30]));
    assert.deepEqual(await module.read("y", { B: 2 }), new Float32Array([10, 20, 30, 4, 5, 6]));
    assert.equal((await module.read("x")).length, 6);
    assert.deepEqual(await module.read("total"), new Uint32Array([9]));
  }));

Deno.test("a batch of 0 gives an empty output", () =>
  withBackend(async (backend) => {
    const module = await backend.load(scaling(), { B: 2, K: 3 });
    module.write("x", new Float32Array(0));
    module.run("scale", { B: 0, gain: 1 });
    assert.deepEqual(await module.read("y"), new Float32Array(0));
    module.write("y", new Float32Array([1, 2, 3, 4, 5, 6]));
    assert.equal((await module.read("y")).length, 6);
  }));

Deno.test("what is read is a copy", () =>
  withBackend(async (backend) => {
    const module = await backend.load(scaling(), { B: 1, K: 1 });
    const before = await module.read("y");
    module.write("y", new Float32Array([7]));
    assert.deepEqual(before, new Float32Array([0]));
  }));

Deno.test("two modules of one backend do not share memory", () =>
  withBackend(async (backend) => {
    const [one, other] = await Promise.all([
      backend.load(scaling(), { B: 1, K: 1 }),
      backend.load(scaling(), { B: 1, K: 1 }),
    ]);
    one.write("x", new Float32Array([7]));
    assert.deepEqual(await other.read("x"), new Float32Array([0]));
  }));

Deno.test("a trap names module and program, and what it left is of no use", () =>
  withBackend(async (backend) => {
    const module = await backend.load(scaling(), { B: 1, K: 1 });
    const told = /Program "fail" of module "scaling" stopped inside its WebAssembly: unreachable/;
    assert.throws(() => module.run("fail", { B: 1 }), told);
    await assert.rejects(module.read("y"), told);
    await assert.rejects(module.read("y"), /^Error: Cannot read tensor "y": module "scaling" has/);
    assert.throws(
      () => module.run("scale", { B: 1, gain: 1 }),
      /has failed \(.*\); load it again$/,
    );
    assert.throws(() => module.write("x", new Float32Array(1)), told);
    const again = await backend.load(scaling(), { B: 1, K: 1 });
    again.run("scale", { B: 1, gain: 1 });
  }));

Deno.test("use after dispose is refused", async () => {
  const backend = await openWasm();
  const module = await backend.load(scaling(), { B: 1, K: 1 });
  module.dispose();
  module.dispose();
  assert.throws(() => module.run("scale", { B: 1, gain: 1 }), /"scaling" was disposed; load it/);
  assert.throws(() => module.write("x", new Float32Array(1)), /Cannot write tensor "x": module/);
  await assert.rejects(module.read("x"), /Cannot read tensor "x": module "scaling" was disposed/);
  const other = await backend.load(scaling(), { B: 1, K: 1 });
  await backend.dispose();
  await assert.rejects(other.read("x"), /was disposed/);
  await assert.rejects(
    backend.load(scaling(), { B: 1, K: 1 }),
    /backend was disposed; open another/,
  );
});

Deno.test("more than 4 GiB is refused before anything is allocated", () =>
  withBackend(async (backend) => {
    await assert.rejects(
      backend.load(scaling(), { B: 1 << 16, K: 1 << 15 }),
      /need 17179870272 bytes, and WebAssembly reaches 4294967296 \(4 GiB\); choose a smaller/,
    );
  }));

Deno.test("WebAssembly that is missing, broken or does not fit is told with its address", () =>
  withBackend(async (backend) => {
    const load = (relaxed: URL) =>
      backend.load({ ...scaling(), wasm: { ...scaling().wasm, relaxed } }, { B: 1, K: 1 });
    await assert.rejects(
      load(new URL("./no_such_file.wasm", import.meta.url)),
      /Cannot fetch .* of module "scaling" from file:.*no_such_file\.wasm: .*"deno task gen"/,
    );
    await assert.rejects(load(new URL("data:application/wasm;base64,AGFz")), /is not accepted by/);
    const wantsMore = await assembled(`(module (import "dim" "Q" (global i32)))`);
    await assert.rejects(load(wantsMore), /does not fit its bindings: .*"Q".*"deno task gen"/);
    const exportsNothing = await assembled("(module)");
    await assert.rejects(load(exportsNothing), /does not export program "scale"/);
  }));

Deno.test("slots start at cache lines, and tensors of one slot at one address", () =>
  withBackend(async (backend) => {
    const places = await assembled(`(module
      (import "env" "memory" (memory 1 65536 shared))
      (import "at" "a" (global $a i32)) (import "at" "b" (global $b i32))
      (import "at" "c" (global $c i32))
      (func (export "places")
        (i32.store (global.get $a) (global.get $b))
        (i32.store (i32.add (global.get $a) (i32.const 4)) (global.get $c))))`);
    const tensor = { dtype: "u32", dims: ["5"], shape: () => [5], kind: "state" } as const;
    const module = await backend.load(
      {
        name: "places",
        declaration: "",
        fixedDims: [],
        callDims: [],
        tensors: {
          a: { ...tensor, slot: 0 },
          b: { ...tensor, slot: 1 },
          c: { ...tensor, slot: 0 },
        },
        slots: [{ bytes: () => 20 }, { bytes: () => 20 }],
        programs: {
          places: { inputs: [], outputs: [], updates: [], scalars: [], uniforms: [], kernels: [] },
        },
        wasm: { relaxed: places, plain: places, transposed: [], scratch: {} },
      } satisfies ModuleSpec,
      {},
    );
    module.run("places", {});
    assert.deepEqual(await module.read("a"), new Uint32Array([1088, 1024, 0, 0, 0]));
  }));
