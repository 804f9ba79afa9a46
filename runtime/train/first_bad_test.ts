import assert from "node:assert/strict";
import { mnistShared } from "../../generated/mnist_shared/mnist_shared.ts";
import type { LoadedModule } from "../backend.ts";
import type { KernelSpec, ModuleSpec } from "../spec.ts";
import type { Moment, Probe } from "../trace.ts";
import { openWasm } from "../wasm/backend.ts";
import { findFirstBad } from "./first_bad.ts";
import {
  assertBadParametersAreNamed,
  assertMetricsMayBeAnything,
  assertOverflowIsPlaced,
} from "./first_bad_for_test.ts";

for (const threads of [1, 3]) {
  Deno.test(`the first bad number is found on ${threads} threads of the CPU`, async () => {
    const backend = await openWasm({ threads });
    try {
      await assertOverflowIsPlaced(backend, "f32");
      await assertOverflowIsPlaced(backend, "f16");
      await assertBadParametersAreNamed(backend);
      await assertMetricsMayBeAnything(backend);
    } finally {
      await backend.dispose();
    }
  });
}

/** A model of which every tensor is 1, but one is NaN from the kernel on that writes it. */
function withNaN(model: LoadedModule, spec: ModuleSpec, bad: string): LoadedModule {
  const trace = (program: string, _: unknown, probe: Probe): Promise<void> => {
    for (const [index, kernel] of (spec.programs[program]?.kernels ?? []).entries()) {
      for (const moment of ["before", "after"] satisfies Moment[]) {
        const names = probe.wants({ spec: kernel, index }, moment);
        const data = (name: string) => Float32Array.of(name === bad ? NaN : 1);
        if (names.length === 0) continue;
        probe.take(
          { spec: kernel, index },
          moment,
          new Map(names.map((name) => [name, data(name)])),
        );
      }
    }
    return Promise.resolve();
  };
  return Object.create(model, { spec: { value: spec }, trace: { value: trace } });
}

Deno.test("a batch's metric may be anything, unless more than its total is computed from it", async () => {
  const backend = await openWasm({ threads: 1 });
  const model = await backend.load<ModuleSpec>(mnistShared, { B: 2, samples: 1 });
  const values = { B: 2, step: 1 };
  assert.equal(
    await findFirstBad(withNaN(model, mnistShared, "accuracy"), "step", values),
    undefined,
  );
  const loss = await findFirstBad(withNaN(model, mnistShared, "loss"), "step", values);
  assert.deepEqual([loss?.tensor, loss?.kernel?.name], ["loss", "loss"]);
  const { step } = mnistShared.programs;
  const kernels = step.kernels.map((kernel: KernelSpec<string>): KernelSpec<string> =>
    kernel.name === "g_l2_y"
      ? { ...kernel, bindings: [...kernel.bindings, { tensor: "accuracy", access: "read" }] }
      : kernel
  );
  const other: ModuleSpec = {
    ...mnistShared,
    programs: { ...mnistShared.programs, step: { ...step, kernels } },
  };
  const used = await findFirstBad(withNaN(model, other, "accuracy"), "step", values);
  assert.deepEqual([used?.tensor, used?.kernel?.name], ["accuracy", "loss"]);
  await backend.dispose();
});
