import assert from "node:assert/strict";
import { scaleKernel } from "../testing/tiny_modules.ts";
import { kernelKey, launchesFrom, readTuned, Tuned, type TunedSchedules } from "./tuned.ts";

const MACHINE = { adapter: "a GPU", isFallbackAdapter: false, subgroupMaxSize: 32 };
const kernel = scaleKernel();

async function schedules(): Promise<TunedSchedules> {
  const launch = {
    file: "tuned",
    source: "text",
    grid: [{ count: 1, dims: ["B"], per: 8 }, { count: 100, dims: [], per: 64 }],
    workgroupSize: [8, 1, 1],
  } as const;
  const key = await kernelKey(kernel.plain);
  const stored = { key, name: "scale", schedule: "8x1", milliseconds: 1, launches: [launch] };
  return { format: 1, machine: MACHINE, kernels: [stored] };
}

Deno.test("a kernel is known by its plain twin, whatever its comments say", async () => {
  const found = new Tuned(await schedules(), MACHINE);
  assert.match(found.note, /^schedules of 1 kernels chosen by timing$/);
  const same = { ...kernel, plain: { ...kernel.plain, source: `${kernel.plain.source} // new` } };
  const [launch] = (await found.launchesOf(same))?.launches ?? [];
  assert.deepEqual(launch?.workgroups({ B: 17 }), [6, 1, 1]);
  const other = { ...kernel, plain: { ...kernel.plain, source: kernel.plain.source + "1" } };
  assert.equal(await found.launchesOf(other), undefined);
});

Deno.test("schedules of another machine are left alone, and that is said", async () => {
  for (const machine of [{ ...MACHINE, adapter: "b" }, { ...MACHINE, subgroupMaxSize: 64 }]) {
    const found = new Tuned(await schedules(), machine);
    assert.equal(await found.launchesOf(kernel), undefined);
    assert.match(found.note, /model of their cost, as those at hand were tuned on a GPU$/);
  }
  assert.match(new Tuned(undefined, MACHINE).note, /^schedules chosen by a model of their cost$/);
});

Deno.test("partial sums take four bytes an element", () => {
  const { partialBytes } = launchesFrom({ launches: [], partials: { count: 14, dims: ["B"] } });
  assert.equal(partialBytes?.({ B: 10 }), 560);
});

Deno.test("a text that is no file of schedules is refused with a next step", () => {
  for (const text of ["", "[]", `{ "format": 2, "machine": { "adapter": "" }, "kernels": [] }`]) {
    assert.throws(() => readTuned(text), {
      name: "TypeError",
      message:
        /^Cannot read tuned schedules: .*; run "deno task tune" to write it anew, or remove it/,
    });
  }
});
