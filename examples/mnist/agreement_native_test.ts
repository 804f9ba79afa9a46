import { mnistOriginal } from "../../generated/mnist_original/mnist_original.ts";
import { mnistShared } from "../../generated/mnist_shared/mnist_shared.ts";
import { nativeTest } from "../../runtime/testing/native_access.ts";
import { assertAgreement } from "./agreement_for_test.ts";

for (const [model, steps] of [[mnistShared, 20], [mnistOriginal, 5]] as const) {
  nativeTest(
    `${model.name}: ${steps} training steps have the same losses in C and WebAssembly`,
    async (open) => assertAgreement(await open(), model, steps),
  );
}
