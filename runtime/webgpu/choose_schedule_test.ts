import assert from "node:assert/strict";
import type { LaunchesSpec, LaunchSpec } from "../spec.ts";
import { elementwise } from "../testing/tiny_modules.ts";
import { chooseLaunches, factsOf, machineKind } from "./choose_schedule.ts";
import { LIMIT_NAMES, type Limits } from "./limits.ts";

const shader = elementwise("vector.wgsl", "");

function shared(change: Partial<LaunchSpec<string>> = {}): LaunchesSpec<string> {
  return {
    launches: [{
      ...elementwise("gpu.wgsl", ""),
      workgroupSize: [16, 16, 1],
      workgroupMemory: 16384,
      ...change,
    }],
  };
}

const gpu = shared();
// Object.fromEntries forgets the names, which are exactly those of LIMIT_NAMES.
const limits = Object.fromEntries(LIMIT_NAMES.map((name) => [name, 16384])) as Limits;

Deno.test("a GPU runs the schedule for GPUs, a vector machine the other", () => {
  const file = (machine: "gpu" | "vector", kernel = { shader, gpu }) =>
    chooseLaunches(kernel, { machine, limits }).launches.map((launch) => launch.file);
  assert.deepEqual(file("gpu"), ["gpu.wgsl"]);
  assert.deepEqual(file("vector"), ["vector.wgsl"]);
  assert.deepEqual(chooseLaunches({ shader }, { machine: "gpu", limits }).launches, [shader]);
});

Deno.test("a schedule that needs more than the device has is not taken, tuned or not", () => {
  const choose = (less: Partial<Limits>, tuned?: LaunchesSpec<string>) =>
    chooseLaunches({ shader, gpu }, { machine: "gpu", limits: { ...limits, ...less }, tuned });
  for (
    const name of [
      "maxComputeWorkgroupStorageSize",
      "maxComputeInvocationsPerWorkgroup",
      "maxComputeWorkgroupSizeX",
      "maxComputeWorkgroupSizeY",
    ] as const
  ) {
    assert.deepEqual(choose({ [name]: 15 }).launches, [shader], name);
  }
  const tuned = shared({ file: "tuned.wgsl", workgroupMemory: 20000 });
  assert.equal(choose({}, tuned), gpu);
  assert.equal(choose({ maxComputeWorkgroupStorageSize: 32768 }, tuned), tuned);
});

Deno.test("facts that an adapter does not state are left out, and then it is taken for a GPU", () => {
  // A stub: the members that older platforms have.
  const old = { vendor: "maker", architecture: "", device: "", description: "" } as GPUAdapterInfo;
  assert.deepEqual(factsOf(old), {});
  assert.equal(machineKind(factsOf(old)), "gpu");
  assert.equal(machineKind({ subgroupMaxSize: 0 }), "gpu");
  assert.equal(machineKind({ isFallbackAdapter: true, subgroupMaxSize: 64 }), "vector");
});
