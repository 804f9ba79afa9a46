import assert from "node:assert/strict";
import { mnistShared } from "../../generated/mnist_shared/mnist_shared.ts";
import { initialiseModule } from "../../runtime/parameters.ts";
import { openWasm, type WasmOptions } from "../../runtime/wasm/backend.ts";

/** Not a multiple of any tile, and another one in the end. */
const BATCH = 37, LAST = 11, STEPS = 6, WIDTH = 784;

/** Pixels of which four in five are 0, the same in every run. */
function pixels(): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: BATCH * WIDTH }, (_, at) => {
    const mixed = Math.imul(at + 1, 2654435761) >>> 0;
    return mixed % 5 === 0 ? (mixed >>> 8) / 2 ** 24 : 0;
  });
}

/** All that a model keeps, after some training steps. */
async function trained(options: WasmOptions): Promise<ReadonlyMap<string, Uint32Array>> {
  const backend = await openWasm(options);
  const dims = { B: BATCH, samples: 1 };
  const model = await backend.load(mnistShared, dims);
  initialiseModule(model, dims, 1);
  model.write("x", pixels());
  model.write("label", Uint32Array.from({ length: BATCH }, (_, at) => at % 10));
  for (let step = 1; step <= STEPS; step++) {
    model.run("step", { B: step === STEPS ? LAST : BATCH, step });
  }
  const kept = Object.entries(mnistShared.tensors).filter(([, { kind }]) =>
    kind === "parameter" || kind === "state"
  );
  const bits = new Map<string, Uint32Array>();
  for (const [name] of kept) {
    // The names are the module's own.
    const { buffer } = await model.read(name as keyof typeof mnistShared.tensors);
    bits.set(name, new Uint32Array(buffer));
  }
  await backend.dispose();
  return bits;
}

Deno.test("any number of threads trains to the same bits, with or without skipping zeros", async () => {
  const alone = await trained({ threads: 1, skipZeros: false });
  assert.ok(alone.size > 10);
  for (const threads of [1, 2, 3, 5]) {
    for (const skipZeros of [true, false]) {
      const together = await trained({ threads, skipZeros });
      for (const [name, bits] of alone) {
        const differs = together.get(name)?.findIndex((value, at) => value !== bits[at]);
        assert.equal(differs, -1, `${name} with ${threads} threads, skipZeros ${skipZeros}`);
      }
    }
  }
});
