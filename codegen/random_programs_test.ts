/**
 * Random programs, as layers and as models: what rewriting, lowering and WebAssembly make of them beside what they
 * declare, and their gradients beside finite differences. `deno task fuzz` tries more.
 */
import assert from "node:assert/strict";
import { cpuDevices } from "../fuzz/devices.ts";
import { openWasm } from "../runtime/wasm/backend.ts";
import type { Declaration } from "./programs/programs.ts";
import { checkDevices } from "./testing/check_device.ts";
import { checkGraphs } from "./testing/check_graphs.ts";
import { describeFinding, type Examine, search } from "./testing/search.ts";
import { assertMostCompared, newTally } from "./testing/tally.ts";
import { trialOf } from "./testing/trial.ts";

async function assertRight(
  count: number,
  seed: number,
  kind: Declaration["kind"],
  examine: Examine,
): Promise<void> {
  const finding = await search(examine, { count, seed });
  if (finding !== undefined) assert.fail(describeFinding(finding, `--kind ${kind}`));
}

for (const kind of ["layer", "model"] as const) {
  const count = kind === "layer" ? 200 : 100;
  Deno.test(`the compiler makes of ${count} random ${kind}s what they declare`, async () => {
    const [elements, slopes] = [newTally(), newTally()];
    await assertRight(count, 1, kind, (sketch) => {
      const trial = trialOf(sketch, { kind });
      return trial === undefined ? undefined : checkGraphs(trial, elements, slopes);
    });
    assertMostCompared(elements);
    if (kind === "layer") assertMostCompared(slopes);
  });
}

Deno.test("WebAssembly computes what random layers and models declare, on any number of threads", async () => {
  const [one, two] = [await openWasm({ threads: 1 }), await openWasm({ threads: 2 })];
  const devices = cpuDevices(one, two);
  const tally = newTally();
  try {
    for (const kind of ["layer", "model"] as const) {
      await assertRight(kind === "layer" ? 40 : 20, 2, kind, (sketch) => {
        const trial = trialOf(sketch, { kind });
        return trial === undefined ? undefined : checkDevices(trial, devices, tally);
      });
    }
  } finally {
    await one.dispose();
    await two.dispose();
  }
  assertMostCompared(tally);
});
