import assert from "node:assert/strict";
import { gpuDevices } from "../fuzz/devices.ts";
import { gpuTest } from "../runtime/testing/gpu_access.ts";
import { checkDevices } from "./testing/check_device.ts";
import { describeFinding, search } from "./testing/search.ts";
import { assertMostCompared, newTally } from "./testing/tally.ts";
import { trialOf } from "./testing/trial.ts";

gpuTest("WebGPU computes what random layers declare, by every schedule", async ({ backend }) => {
  const tally = newTally();
  const finding = await search((sketch) => {
    const trial = trialOf(sketch);
    return trial === undefined ? undefined : checkDevices(trial, gpuDevices(backend), tally);
  }, { count: 18, seed: 4 });
  if (finding !== undefined) assert.fail(describeFinding(finding, "--backend webgpu"));
  assertMostCompared(tally);
});
