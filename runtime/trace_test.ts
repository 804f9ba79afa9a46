import assert from "node:assert/strict";
import { assertTraced } from "./trace_for_test.ts";
import { mnistShared } from "../generated/mnist_shared/mnist_shared.ts";
import { openWasm } from "./wasm/backend.ts";

for (const threads of [1, 3]) {
  Deno.test(`a traced step has the bits of one on ${threads} threads, and shows every kernel`, async () => {
    const backend = await openWasm({ threads });
    await assertTraced(backend);
    await backend.dispose();
  });
}

Deno.test("what a probe throws ends the trace, and values that do not fit are refused", async () => {
  const backend = await openWasm({ threads: 2 });
  const model = await backend.load(mnistShared, { B: 2, samples: 1 });
  const probe = {
    wants: () => ["x"],
    take: () => {
      throw new Error("seen enough");
    },
  };
  await assert.rejects(model.trace("step", { B: 1, step: 1 }, probe), /^Error: seen enough$/);
  await assert.rejects(model.trace("step", { B: 3, step: 1 }, probe), /dim "B" is 3/);
  await backend.dispose();
});
