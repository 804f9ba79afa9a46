/// <reference lib="dom" />
import assert from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";
import type { PageFile } from "../../commands/page_server.ts";
import type { NamedArrays } from "../../runtime/formats/named_array.ts";
import { loadCheckpoint } from "../../runtime/files/checkpoint_folder.ts";
import { Trainer } from "../../runtime/train/trainer.ts";
import type { Checkpoint } from "../../runtime/train/checkpoint.ts";
import { openMnist } from "../mnist/mnist_files.ts";
import { openNetwork } from "./open_network.ts";
import {
  pageTest,
  preparePages,
  saved,
  status,
  textOf,
  TRAINING,
  VALIDATION,
  visiting,
} from "./page_for_test.ts";
import type { Settings } from "./protocol.ts";

preparePages();

const WASM = "backend=wasm";
const DONE = /^All 2 epochs are done, after 50 steps/;
const known = new Map<string, NamedArrays>();

/** The tensors after fifty steps, by Deno alone. */
async function inDeno(folder: string, model: Settings["model"]): Promise<NamedArrays> {
  const before = known.get(model);
  if (before !== undefined) return before;
  const { training, validation } = await openMnist(folder);
  const network = await openNetwork(
    { model, backend: "wasm", seed: 7, batch: 8 },
    TRAINING + VALIDATION,
  );
  network.initialise();
  let tensors: NamedArrays = new Map();
  const save = (moment: Checkpoint) => void (tensors = moment.tensors);
  const settings = { epochs: 2, seed: 7, batchSize: 8 };
  await new Trainer({
    model: network.model,
    training,
    validation,
    ...settings,
    checkpoints: { save },
  })
    .train();
  await network.close();
  known.set(model, tensors);
  return tensors;
}

/** Runs a command of the example as in a terminal. */
async function terminal(...args: readonly string[]): Promise<string> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      new URL("../mnist/train.ts", import.meta.url).pathname,
      ...args,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stderr);
}

for (const model of ["shared", "original"] as const) {
  pageTest(`the ${model} network comes to the bits of Deno, on threads`, {
    query: `${WASM}&model=${model}`,
  }, async (page, folder) => {
    await status(page, /^Ready/);
    assert.match(
      await textOf(page, "place"),
      /^Running on ([2-8]) threads of the CPU .* 200 images to learn from, 40/,
    );
    await page.click("#run");
    await status(page, DONE);
    assert.deepEqual(await page.locator("#epochs tr td:first-child").allTextContents(), ["2", "1"]);
    assert.match(await textOf(page, "accuracy"), /^\d+\.\d\d %$/);
    assert.match(
      await page.getAttribute("#loss-chart", "aria-label") ?? "",
      /^Loss by step: training .*, test .* at step 50$/,
    );
    const { moment } = await saved(page);
    assert.deepEqual(moment.tensors, await inDeno(folder, model));
  });
}

pageTest("without isolation, one thread trains to the same bits, and the page says so", {
  query: WASM,
  isolated: false,
}, async (page, folder) => {
  await status(page, /^Ready/);
  assert.match(
    await textOf(page, "place"),
    /^Running on 1 thread of the CPU .*on one thread because it shares no memory/,
  );
  assert.ok(await page.isVisible("#isolation"));
  await page.click("#run");
  await status(page, DONE);
  assert.deepEqual((await saved(page)).moment.tensors, await inDeno(folder, "shared"));
});

/** Milliseconds from one picture of the screen to the next, of some. */
function frames(page: Page): Promise<readonly number[]> {
  return page.evaluate(async () => {
    const next = () => new Promise<number>(requestAnimationFrame);
    const gaps: number[] = [];
    for (let before = await next(), i = 0; i < 30; i++) {
      const now = await next();
      gaps.push(now - before);
      before = now;
    }
    return gaps;
  });
}

pageTest("the page answers while it trains; pause, one step and reset do what they say", {
  query: `${WASM}&epochs=1000`,
}, async (page) => {
  await status(page, /^Ready/);
  await page.click("#run");
  await status(page, /^Training/);
  const gaps = await frames(page);
  const [middle = Infinity] = gaps.toSorted((a, b) => a - b).slice(15);
  assert.ok(middle < 100, gaps.join());
  await page.click("#run");
  await status(page, /^Paused after \d+ steps/);
  const step = Number((await textOf(page, "step-number")).replaceAll(",", ""));
  assert.ok(step > 1);
  await page.click("#step");
  await status(page, new RegExp(`^Paused after ${step + 1} steps`));
  assert.equal(await page.locator(":focus").getAttribute("id"), "step");
  await page.click("#reset");
  await status(page, /^Ready/);
  assert.equal(await textOf(page, "step-number"), "0");
  assert.match(await page.getAttribute("#loss-chart", "aria-label") ?? "", /nothing yet/);
  assert.match(await textOf(page, "epochs"), /None is over yet/);
});

/** Shares that the page shows, of each digit. */
async function shares(page: Page): Promise<readonly number[]> {
  return (await page.locator("#probabilities .share").allTextContents()).map(parseFloat);
}

pageTest("a digit is drawn, or shown by a key, and its probabilities add up to one", {
  query: WASM,
}, async (page) => {
  await status(page, /^Ready/);
  const pad = page.locator("#pad");
  await pad.scrollIntoViewIfNeeded();
  const box = await pad.boundingBox() ?? assert.fail();
  const to = (x: number, y: number) => [box.x + x * box.width, box.y + y * box.height] as const;
  await page.mouse.move(...to(0.5, 0.2));
  await page.mouse.down();
  await page.mouse.move(...to(0.5, 0.8), { steps: 8 });
  await page.mouse.up();
  await page.locator("#answer").filter({ hasText: /^(This|Not sure)/ }).waitFor();
  const sum = async () => (await shares(page)).reduce((total, each) => total + each, 0);
  assert.ok(Math.abs(await sum() - 100) < 1);
  const seen = await page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>("#seen");
    const { data } = canvas?.getContext("2d")?.getImageData(0, 0, 28, 28) ?? { data: [] };
    return Array.from(data).filter((_, at) => at % 4 === 0);
  });
  const columns = [...new Set(seen.flatMap((light, at) => light > 128 ? [at % 28] : []))];
  assert.ok(columns.length >= 2 && columns.length <= 5 && columns.includes(14), columns.join());
  await page.focus("#test-image");
  await page.keyboard.press("Enter");
  await page.locator("#answer").filter({ hasText: /Test image \d+ shows a \d: (right|wrong)\.$/ })
    .waitFor();
  assert.ok(Math.abs(await sum() - 100) < 1);
  await page.click("#clear");
  assert.equal(await sum(), 0);
});

pageTest(
  "a checkpoint goes on in another page, and in the terminal, and back",
  { query: WASM },
  async (page, folder) => {
    await status(page, /^Ready/);
    for (const step of [1, 2]) {
      await page.click("#step");
      await status(page, new RegExp(`^Paused after ${step} step`));
    }
    const { path } = await saved(page);
    const wanted = await inDeno(folder, "shared");

    const runs = `${folder}/runs`;
    await Deno.mkdir(runs);
    await Deno.copyFile(path, `${runs}/checkpoint.safetensors`);
    await terminal("--resume", runs, "--data", folder, "--backend", "wasm");
    const ended = await loadCheckpoint(runs);
    assert.deepEqual([ended.position.step, ended.tensors], [50, wanted]);

    await visiting({ query: "backend=wasm&model=original&seed=1&batch=4" }, async (page) => {
      await status(page, /^Ready/);
      await page.setInputFiles("#file", path);
      await status(page, /^Loaded .* epoch 1, after 2 steps\.$/);
      assert.equal(await page.inputValue("[name=model]"), "shared");
      assert.equal(await page.inputValue("[name=seed]"), "7");
      await page.click("#run");
      await status(page, DONE);
      assert.deepEqual((await saved(page)).moment.tensors, wanted);
      await page.setInputFiles("#file", `${runs}/checkpoint.safetensors`);
      await status(page, /^Loaded checkpoint.safetensors: epoch 3, after 50 steps\.$/);
      assert.equal(await page.locator("#epochs tr").count(), 2);
    });
  },
);

pageTest(
  "what goes wrong is told in a sentence, and nothing is lost by it",
  { query: WASM },
  async (page, folder) => {
    await status(page, /^Ready/);
    await page.click("#step");
    await status(page, /^Paused after 1 step/);
    const bad = `${folder}/bad.safetensors`;
    await Deno.writeFile(bad, Uint8Array.of(1, 2, 3));
    await page.setInputFiles("#file", bad);
    await page.locator("#error:visible").filter({ hasText: /^bad\.safetensors / }).waitFor();
    await page.click("#run");
    await status(page, DONE);
    assert.ok(!await page.isVisible("#error"));
    assert.deepEqual((await saved(page)).moment.tensors, await inDeno(folder, "shared"));
  },
);

const LABELS = "/data/t10k-labels-idx1-ubyte";
let hidden: { readonly files: Map<string, PageFile>; readonly file: PageFile } | undefined;
pageTest("data that are missing are told, and asked for again", {
  query: WASM,
  change: (files) => {
    hidden = { files, file: files.get(LABELS) ?? assert.fail() };
    files.delete(LABELS);
  },
  complaints: /404/,
}, async (page) => {
  const error = page.locator("#error:visible");
  await error.filter({
    hasText: /^Cannot load \/data\/t10k-labels-idx1-ubyte: the server answers 404;/,
  }).waitFor();
  assert.equal(await textOf(page, "run"), "Try again");
  assert.ok(hidden !== undefined);
  hidden.files.set(LABELS, hidden.file);
  await page.click("#run");
  await error.waitFor({ state: "detached" }).catch(() => {});
  await status(page, /^Ready/);
});

for (const colorScheme of ["light", "dark"] as const) {
  pageTest(`axe finds nothing wrong with the ${colorScheme} page, and it fits a narrow screen`, {
    query: WASM,
    options: { colorScheme, viewport: { width: 360, height: 700 } },
  }, async (page) => {
    await status(page, /^Ready/);
    await page.click("#run");
    await status(page, DONE);
    await page.evaluate(axe.source);
    const found = await page.evaluate(async () => {
      const { violations } = await Reflect.get(globalThis, "axe").run();
      return violations.map(({ id, nodes }: { id: string; nodes: { html: string }[] }) =>
        `${id}: ${nodes.map(({ html }) => html).join(", ")}`
      );
    });
    assert.deepEqual(found, []);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${overflow} pixels too wide`);
  });
}
