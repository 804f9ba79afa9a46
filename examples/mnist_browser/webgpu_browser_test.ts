import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { openMnist } from "../mnist/mnist_files.ts";
import { Trainer } from "../../runtime/train/trainer.ts";
import { openNetwork } from "./open_network.ts";
import {
  pageTest,
  preparePages,
  saved,
  status,
  textOf,
  TRAINING,
  VALIDATION,
} from "./page_for_test.ts";

preparePages();

const DONE = /^All 2 epochs are done, after 50 steps/;

/** The losses of both epochs, by Deno on the CPU. */
async function lossesInDeno(folder: string): Promise<readonly number[]> {
  const { training, validation } = await openMnist(folder);
  const settings = { model: "shared", backend: "wasm", seed: 7, batch: 8 } as const;
  const network = await openNetwork(settings, TRAINING + VALIDATION);
  network.initialise();
  const losses: number[] = [];
  const numbers = { epochs: 2, seed: 7, batchSize: 8 };
  await new Trainer({ model: network.model, training, validation, ...numbers }).train({
    epoch_end: ({ main, validation }) => void losses.push(main.loss, validation?.loss ?? NaN),
  });
  await network.close();
  return losses;
}

async function lossesOf(page: Page): Promise<readonly number[]> {
  const { history } = (await saved(page)).moment;
  return history.flatMap(({ main, validation }) => [main.loss, validation?.loss ?? NaN]);
}

pageTest(
  "fifty steps on WebGPU come to the losses of the CPU",
  { query: "backend=webgpu" },
  async (page, folder) => {
    await status(page, /^Ready/);
    assert.match(
      await textOf(page, "place"),
      /^Running on (the GPU|a GPU that is a program on the CPU) /,
    );
    await page.click("#run");
    await status(page, DONE);
    const wanted = await lossesInDeno(folder);
    const found = await lossesOf(page);
    assert.equal(found.length, 4);
    found.forEach((loss, at) => {
      const right = wanted[at] ?? NaN;
      // Fifty steps magnify what other kernels round otherwise.
      assert.ok(Math.abs(loss - right) < 1e-3 * right, `${loss} instead of ${right}`);
    });
  },
);

/** Has the worker keep the device that it opens, so that it can be lost. */
const KEEP_DEVICE = `
  const request = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (...args) {
    const device = await request.apply(this, args);
    globalThis.lose = () => device.destroy();
    GPUAdapter.prototype.requestDevice = () => Promise.reject(new Error("No device is left"));
    return device;
  };
`;

pageTest("after the loss of the GPU, training goes on on the CPU, and the page says so", {
  query: "backend=webgpu&epochs=1000",
  change: (files) => {
    const path = "/scripts/mnist_browser_training_worker.js";
    const { body, type } = files.get(path) ?? assert.fail();
    assert.ok(body instanceof Uint8Array);
    files.set(path, { type, body: KEEP_DEVICE + new TextDecoder().decode(body) });
  },
}, async (page) => {
  await status(page, /^Ready/);
  await page.click("#run");
  await page.locator("#epochs tr:not(.empty)").first().waitFor({ timeout: 60_000 });
  for (const worker of page.workers()) {
    await worker.evaluate(() => Reflect.get(globalThis, "lose")?.());
  }
  await status(page, /lost.* Going on after step \d+\.$/i);
  assert.match(await textOf(page, "place"), /^Running on \d+ threads? of the CPU/);
  assert.equal(await page.inputValue("[name=backend]"), "wasm");
  const epochs = await page.locator("#epochs tr").count();
  await page.locator("#epochs tr").nth(epochs + 1).waitFor();
  await page.click("#run");
  await status(page, /^Paused/);
});
