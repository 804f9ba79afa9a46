import assert from "node:assert/strict";
import { readTuned, type StoredKernel, type TunedSchedules } from "../runtime/webgpu/tuned.ts";
import { merged, store } from "./store.ts";

const MACHINE = { adapter: "a GPU", isFallbackAdapter: false, subgroupMaxSize: 32 };

function kernel(key: string, schedule: string): StoredKernel {
  return { key, name: key, schedule, milliseconds: 1, launches: [] };
}

function before(adapter: string): TunedSchedules {
  const kernels = [kernel("a", "old"), kernel("b", "old")];
  return { format: 1, machine: { ...MACHINE, adapter }, kernels };
}

Deno.test("choices for other kernels of the same machine are kept", () => {
  const { kernels } = merged(before("a GPU"), MACHINE, [kernel("b", "new"), kernel("c", "new")]);
  assert.deepEqual(kernels.map(({ key, schedule }) => `${key} ${schedule}`), [
    "a old",
    "b new",
    "c new",
  ]);
});

Deno.test("choices for another machine are dropped", () => {
  const { kernels, machine } = merged(before("another"), MACHINE, [kernel("b", "new")]);
  assert.deepEqual(kernels.map(({ key }) => key), ["b"]);
  assert.equal(machine.adapter, "a GPU");
});

Deno.test("a file is written into a new folder, then added to, and replaced where it is no such file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/choices/tuned.json`;
    await store(path, MACHINE, [kernel("a", "first")]);
    await store(path, MACHINE, [kernel("b", "second")]);
    const keys = async () => readTuned(await Deno.readTextFile(path)).kernels.map(({ key }) => key);
    assert.deepEqual(await keys(), ["a", "b"]);
    await Deno.writeTextFile(path, "{}");
    await store(path, MACHINE, [kernel("c", "third")]);
    assert.deepEqual(await keys(), ["c"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
