import assert from "node:assert/strict";
import { cpuDevices } from "../fuzz/devices.ts";
import { nativeTest, type OpenNative } from "../runtime/testing/native_access.ts";
import { CPU_ACCURACY } from "./testing/accuracy.ts";
import { checkDevices, type Device } from "./testing/check_device.ts";
import { describeFinding, search } from "./testing/search.ts";
import { assertMostCompared, newTally } from "./testing/tally.ts";
import { trialOf } from "./testing/trial.ts";

/** Vectors that this machine has beside its widest. */
const NARROWER = Deno.build.arch === "x86_64" ? ["haswell", "x86-64"] : [];

/** One thread and two, and one with narrower vectors each. */
async function devicesOf(open: OpenNative): Promise<readonly Device[]> {
  const narrower = NARROWER.map(async (cpu): Promise<Device> => {
    const backend = await open({ threads: 2, toolchain: { flags: [`-march=${cpu}`] } });
    return {
      name: cpu,
      accuracy: CPU_ACCURACY,
      load: (module, dims) => backend.load(module, dims),
    };
  });
  const [one, two] = [await open({ threads: 1 }), await open({ threads: 2 })];
  return [...cpuDevices(one, two), ...await Promise.all(narrower)];
}

for (const [kind, count] of [["layer", 24], ["model", 12]] as const) {
  nativeTest(
    `C computes what random ${kind}s declare, on any number of threads and with vectors of any width`,
    async (open) => {
      const devices = await devicesOf(open);
      const tally = newTally();
      const finding = await search((sketch) => {
        const trial = trialOf(sketch, { kind });
        return trial === undefined ? undefined : checkDevices(trial, devices, tally);
      }, { count, seed: 6 });
      const replay = `--backend native --kind ${kind}`;
      if (finding !== undefined) assert.fail(describeFinding(finding, replay));
      assertMostCompared(tally);
    },
  );
}
