import { mnistOriginal } from "../../generated/mnist_original/mnist_original.ts";
import { mnistShared } from "../../generated/mnist_shared/mnist_shared.ts";
import { gpuTest } from "../../runtime/testing/gpu_access.ts";
import { assertAgreement } from "./agreement_for_test.ts";

for (const [model, steps] of [[mnistShared, 20], [mnistOriginal, 5]] as const) {
  gpuTest(
    `${model.name}: ${steps} training steps have the same losses on WebGPU and WebAssembly`,
    ({ backend }) => assertAgreement(backend, model, steps),
  );
}
