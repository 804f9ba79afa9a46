import assert from "node:assert/strict";
import { join } from "node:path";
import { openMnist } from "../../examples/mnist/mnist_files.ts";
import { writeSampleMnist } from "../../examples/mnist/sample_mnist.ts";
import { VariantRun } from "./variant_run.ts";

/** Tests with a small MNIST and room for checkpoints. */
async function inFolder(
  use: (open: (epochs: number, data?: string) => Promise<VariantRun>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const run = async (epochs: number, data = "data") => {
    const path = join(folder, data);
    const options = { epochs, backend: "wasm", threads: 1, data: path } as const;
    return await VariantRun.open("shared", 1, options, await openMnist(path), join(folder, "runs"));
  };
  try {
    for (const data of ["data", "other"]) {
      await Deno.mkdir(join(folder, data));
      await writeSampleMnist(join(folder, data), 200, 50);
    }
    await use(run);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const quietly = () => {};

Deno.test("an interrupted run goes on after its last epoch with the same numbers", () =>
  inFolder(async (open) => {
    const whole = await open(3, "other");
    while (await whole.nextEpoch(quietly) !== undefined);
    await whole.close();
    const wanted = whole.result.epochs.map(({ main, validation }) => [main, validation]);
    assert.equal(wanted.length, 3);

    const first = await open(3);
    await first.nextEpoch(quietly);
    await first.nextEpoch(quietly);
    await first.close();
    const second = await open(3);
    assert.equal(second.epochs, 2);
    assert.equal((await second.nextEpoch(quietly))?.epoch, 3);
    assert.equal(await second.nextEpoch(quietly), undefined);
    await second.close();
    assert.deepEqual(
      second.result.epochs.map(({ main, validation }) => [main, validation]),
      wanted,
    );
  }));

Deno.test("what is over, and what is of other data, is measured anew", () =>
  inFolder(async (open) => {
    const first = await open(2);
    while (await first.nextEpoch(quietly) !== undefined);
    await first.close();
    const epochsOf = async (run: VariantRun) => {
      await run.close();
      return run.epochs;
    };
    assert.equal(await epochsOf(await open(2, "other")), 0);
    const fewer = await open(1);
    assert.equal(fewer.result.epochs.length, 1);
    await fewer.forget();
    await fewer.close();
    assert.equal(await epochsOf(await open(2)), 2, "an attempt with more epochs is kept");
    await first.forget();
    assert.equal(await epochsOf(await open(2)), 0);
  }));
