import { nativeTest } from "../testing/native_access.ts";
import {
  assertBadParametersAreNamed,
  assertMetricsMayBeAnything,
  assertOverflowIsPlaced,
} from "./first_bad_for_test.ts";

nativeTest("the first bad number is found in C", async (open) => {
  const backend = await open({ threads: 3 });
  await assertOverflowIsPlaced(backend, "f32");
  await assertOverflowIsPlaced(backend, "f16");
  await assertBadParametersAreNamed(backend);
  await assertMetricsMayBeAnything(backend);
});
