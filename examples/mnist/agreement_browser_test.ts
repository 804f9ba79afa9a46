import { mnistOriginal } from "../../generated/mnist_original/mnist_original.ts";
import { mnistShared } from "../../generated/mnist_shared/mnist_shared.ts";
import { browserTests } from "../../runtime/testing/browser/browser_access.ts";
import { assertAgreement } from "./agreement_for_test.ts";

const browserTest = browserTests(
  ["mnist_shared", "mnist_original"].map((name) =>
    new URL(`../../generated/${name}/${name}.ts`, import.meta.url)
  ),
);

for (const [model, steps] of [[mnistShared, 5], [mnistOriginal, 5]] as const) {
  browserTest(
    `${model.name}: ${steps} training steps have the same losses in a browser and on WebAssembly`,
    ({ backend }) => assertAgreement(backend, model, steps),
  );
}
