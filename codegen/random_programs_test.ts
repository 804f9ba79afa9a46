/**
 * Random programs, as layers and as models: what rewriting, lowering and WebAssembly make of them beside what they
 * declare, and their gradients beside finite differences. `deno task fuzz` tries more.
 */
import assert from "node:assert/strict";
import { openWasm } from "../runtime/wasm/backend.ts";
import { ROUNDED } from "./testing/accuracy.ts";
import { checkDevices, type Device } from "./testing/check_device.ts";
import { checkGraphs } from "./testing/check_graphs.ts";
import { describeFinding, type Examine, search } from "./testing/search.ts";
import { type Tally, type Trial, trialOf } from "./testing/trial.ts";

async function assertRight(count: number, seed: number, examine: Examine): Promise<void> {
  const finding = await search(examine, { count, seed });
  if (finding !== undefined) assert.fail(describeFinding(finding));
}

for (const kind of ["layer", "model"] as const) {
  const count = kind === "layer" ? 200 : 100;
  Deno.test(`the compiler makes of ${count} random ${kind}s what they declare`, async () => {
    const elements: Tally = { compared: 0, unknown: 0 };
    const slopes: Tally = { compared: 0, unknown: 0 };
    await assertRight(count, 1, (sketch) => {
      const trial = trialOf(sketch, { kind });
      if (trial === undefined) return undefined;
      const checked = checkGraphs(trial);
      add(elements, checked.elements);
      add(slopes, checked.slopes);
      return checked.difference;
    });
    // Most of all numbers can be compared, else this would be no test.
    assert.ok(elements.unknown < elements.compared / 4, JSON.stringify(elements));
    if (kind === "layer") assert.ok(slopes.unknown < slopes.compared / 4, JSON.stringify(slopes));
  });
}

function add(total: Tally, { compared, unknown }: Tally): void {
  total.compared += compared;
  total.unknown += unknown;
}

Deno.test("WebAssembly computes what random layers and models declare, on any number of threads", async () => {
  const [one, two] = [await openWasm({ threads: 1 }), await openWasm({ threads: 2 })];
  const devices: readonly Device[] = [
    { name: "one thread", accuracy: ROUNDED, load: (module, dims) => one.load(module, dims) },
    {
      name: "two threads",
      accuracy: ROUNDED,
      load: (module, dims) => two.load(module, dims),
      like: "one thread",
    },
  ];
  const tally: Tally = { compared: 0, unknown: 0 };
  const check = (trial: Trial | undefined) =>
    trial === undefined ? undefined : checkDevices(trial, devices, tally);
  try {
    await assertRight(40, 2, (sketch) => check(trialOf(sketch)));
    await assertRight(20, 3, (sketch) => check(trialOf(sketch, { kind: "model" })));
  } finally {
    await one.dispose();
    await two.dispose();
  }
  assert.ok(tally.unknown < tally.compared / 4, JSON.stringify(tally));
});
