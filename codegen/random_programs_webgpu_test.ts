import assert from "node:assert/strict";
import { gpuTest } from "../runtime/testing/gpu_access.ts";
import { WGSL_ACCURACY } from "./testing/accuracy.ts";
import { checkDevices, type Device } from "./testing/check_device.ts";
import { describeFinding, search } from "./testing/search.ts";
import { type Tally, trialOf } from "./testing/trial.ts";

gpuTest("WebGPU computes what random layers declare, by every schedule", async ({ backend }) => {
  const accuracy = WGSL_ACCURACY;
  const devices: readonly Device[] = [
    {
      name: "for vectors",
      accuracy,
      load: (module, dims) => backend.load(module, dims, { machine: "vector" }),
    },
    {
      name: "for GPUs",
      accuracy,
      load: (module, dims) => backend.load(module, dims, { machine: "gpu" }),
    },
    {
      name: "plain twins",
      accuracy,
      load: (module, dims) => backend.load(module, dims, { plain: true }),
    },
  ];
  const tally: Tally = { compared: 0, unknown: 0 };
  const finding = await search((sketch) => {
    const trial = trialOf(sketch);
    return trial === undefined ? undefined : checkDevices(trial, devices, tally);
  }, { count: 18, seed: 4 });
  if (finding !== undefined) assert.fail(describeFinding(finding));
  assert.ok(tally.unknown < tally.compared / 4, JSON.stringify(tally));
});
