import { gpuTest } from "../testing/gpu_access.ts";
import {
  assertBadParametersAreNamed,
  assertMetricsMayBeAnything,
  assertOverflowIsPlaced,
} from "./first_bad_for_test.ts";

gpuTest("the first bad number is found on WebGPU", async ({ backend }) => {
  await assertOverflowIsPlaced(backend, "f32");
  await assertBadParametersAreNamed(backend);
  await assertMetricsMayBeAnything(backend);
});

gpuTest(
  "the first bad number is found on WebGPU among those stored as f16",
  ({ backend }) => assertOverflowIsPlaced(backend, "f16"),
);
