import assert from "node:assert/strict";
import type { Backend, LoadedModule } from "../backend.ts";
import { sharing } from "../testing/threaded_module.ts";
import { assembled } from "../testing/tiny_modules.ts";
import { openWasm, type WasmOptions } from "./backend.ts";

type Sharing = LoadedModule<ReturnType<typeof sharing>>;

/** Elements of x; no multiple of the number of pieces. */
const B = 1003;

/** Runs a test with a backend that is disposed of afterwards. */
async function withBackend(
  options: WasmOptions,
  test: (backend: Backend) => Promise<void>,
): Promise<void> {
  const backend = await openWasm(options);
  try {
    await test(backend);
  } finally {
    await backend.dispose();
  }
}

/** A module whose x is filled with the same values each time. */
async function loaded(backend: Backend): Promise<Sharing> {
  const module = await backend.load(sharing(), { B });
  module.write("x", Float32Array.from({ length: B }, (_, i) => Math.sin(i) * 1.1 ** (i % 50)));
  return module;
}

async function totalAfter(module: Sharing, runs: number): Promise<number> {
  module.write("total", new Float32Array(1));
  for (let run = 0; run < runs; run++) module.run("sum", { B: B - run % 7 });
  const [total = NaN] = await module.read("total");
  return total;
}

Deno.test("any number of threads computes the same bits, run after run", async () => {
  const totals: number[] = [];
  for (const threads of [1, 2, 3, 4]) {
    await withBackend({ threads }, async (backend) => {
      assert.equal(backend.info.threads, threads);
      totals.push(await totalAfter(await loaded(backend), 2_000));
    });
  }
  assert.ok(Number.isFinite(totals[0]) && totals[0] !== 0);
  assert.deepEqual(totals, totals.map(() => totals[0]));
});

Deno.test("10,000 runs, with pauses in which threads fall asleep", () =>
  withBackend({ threads: 2 }, async (backend) => {
    const module = await loaded(backend);
    module.write("x", new Float32Array(B).fill(1));
    for (let run = 0; run < 10_000; run++) {
      module.run("sum", { B: 1 });
      if (run % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.deepEqual(await module.read("total"), new Float32Array([10_000]));
  }));

Deno.test("modules of one backend have threads of their own", () =>
  withBackend({ threads: 3 }, async (backend) => {
    const [one, other] = await Promise.all([loaded(backend), loaded(backend)]);
    one.write("x", new Float32Array(B).fill(1));
    other.write("x", new Float32Array(B).fill(2));
    for (let run = 0; run < 100; run++) {
      one.run("sum", { B });
      other.run("sum", { B });
    }
    one.dispose();
    other.run("sum", { B });
    assert.deepEqual(await other.read("total"), new Float32Array([2 * 101 * B]));
    await assert.rejects(one.read("total"), /was disposed/);
  }));

for (const thread of [0, 1, 2, 3]) {
  Deno.test(`what fails on thread ${thread} of 4 stops all and is told with its thread`, () =>
    withBackend({ threads: 4 }, async (backend) => {
      const module = await loaded(backend);
      module.run("sum", { B });
      const told = new RegExp(
        `^Error: Program "fail" of module "sharing" stopped inside its WebAssembly: divide by zero` +
          `${thread === 0 ? "" : `, on thread ${thread}`}; run "deno task gen"`,
      );
      assert.throws(() => module.run("fail", { B, on: thread }), told);
      assert.throws(
        () => module.run("sum", { B }),
        /Cannot run program "sum": .* has failed .* load/,
      );
      await assert.rejects(
        module.read("total"),
        /Cannot read tensor "total": module .* divide by z/,
      );
      module.dispose();
      const again = await loaded(backend);
      again.run("fail", { B, on: 4 });
      again.run("sum", { B });
    }));
}

Deno.test("a module can be disposed of at any time, and loaded again", () =>
  withBackend({ threads: 2 }, async (backend) => {
    (await loaded(backend)).dispose();
    const module = await loaded(backend);
    module.run("sum", { B });
    module.dispose();
    module.dispose();
    assert.throws(() => module.run("sum", { B }), /"sharing" was disposed; load it again/);
    assert.ok(await totalAfter(await loaded(backend), 3) !== 0);
  }));

Deno.test("a thread that cannot make its instance is told, and the module is not loaded", () =>
  withBackend({ threads: 3 }, async (backend) => {
    // The third instance traps as soon as it is made.
    const wasm = await assembled(`(module
      (import "env" "memory" (memory 1 65536 shared))
      (func $begin
        (if (i32.eq (i32.atomic.rmw.add (i32.const 256) (i32.const 1)) (i32.const 2))
          (then (unreachable))))
      (start $begin)
      (func (export "sum") (param i32)) (func (export "fail") (param i32))
      (func (export "work") (param i32)) (func (export "leave")))`);
    const spec = sharing();
    const loading = backend.load(
      { ...spec, wasm: { ...spec.wasm, relaxed: wasm, plain: wasm } },
      { B },
    );
    await assert.rejects(loading, {
      message: `Cannot load module "sharing" on 3 threads: unreachable; ` +
        `open the backend with fewer threads`,
    });
    (await loaded(backend)).run("sum", { B });
  }));

Deno.test("a backend that is disposed of while it loads gives everything back", async () => {
  const backend = await openWasm({ threads: 2 });
  const loading = backend.load(sharing(), { B });
  await backend.dispose();
  await assert.rejects(loading, /this backend was disposed; open another one/);
});

Deno.test("a number of threads that is none is refused", async () => {
  for (const threads of [0, -1, 1.5, NaN, 65]) {
    await assert.rejects(openWasm({ threads }), {
      name: "RangeError",
      message:
        `Cannot open the wasm backend with ${threads} threads; give a whole number from 1 to ` +
        `64, or none for one per core`,
    });
  }
});

Deno.test("without threads given there is one per core, up to eight", () =>
  withBackend({}, (backend) => {
    assert.equal(backend.info.threads, Math.min(navigator.hardwareConcurrency, 8));
    return Promise.resolve();
  }));

Deno.test("where memory cannot be shared there is one thread, and the reason is told", async () => {
  const { SharedArrayBuffer } = globalThis;
  Reflect.deleteProperty(globalThis, "SharedArrayBuffer");
  try {
    await withBackend({ threads: 4 }, async (backend) => {
      assert.equal(backend.info.threads, 1);
      assert.match(backend.info.adapter, /, on one thread because it shares no memory$/);
      assert.ok(await totalAfter(await loaded(backend), 1) !== 0);
    });
  } finally {
    Object.assign(globalThis, { SharedArrayBuffer });
  }
});

Deno.test("profiling tells the time of every kernel", () =>
  withBackend({ threads: 2, profile: true }, async (backend) => {
    const module = await loaded(backend);
    const begin = performance.now();
    for (let run = 0; run < 50; run++) module.run("sum", { B });
    const seconds = (performance.now() - begin) / 1e3;
    const times = await module.kernelTimes();
    assert.deepEqual(times.map(({ program, kernel, calls }) => [program, kernel, calls]), [
      ["sum", "add_up", 50],
      ["sum", "add_sums", 50],
    ]);
    const total = times.reduce((sum, each) => sum + each.seconds, 0);
    assert.ok(times.every((each) => each.seconds > 0) && total < seconds);
  }));

Deno.test("without profiling no times are taken", () =>
  withBackend({ threads: 2 }, async (backend) => {
    const module = await loaded(backend);
    module.run("sum", { B });
    assert.deepEqual(await module.kernelTimes(), []);
  }));
