import assert from "node:assert/strict";
import { cpuDevices } from "../fuzz/devices.ts";
import { nativeTest } from "../runtime/testing/native_access.ts";
import { checkDevices } from "./testing/check_device.ts";
import { describeFinding, search } from "./testing/search.ts";
import { assertMostCompared, newTally } from "./testing/tally.ts";
import { trialOf } from "./testing/trial.ts";

for (const [kind, count] of [["layer", 24], ["model", 12]] as const) {
  nativeTest(
    `C computes what random ${kind}s declare, on any number of threads`,
    async (open) => {
      const devices = cpuDevices(await open({ threads: 1 }), await open({ threads: 2 }));
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
