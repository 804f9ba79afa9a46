/** The page in Chromium, on a few images of MNIST, for tests. @module */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { type PageFile, servePage } from "../../commands/page_server.ts";
import {
  type Chromium,
  chromiumPath,
  startChromium,
} from "../../runtime/testing/browser/chromium.ts";
import { type Checkpoint } from "../../runtime/train/checkpoint.ts";
import { decodeCheckpoint } from "../../runtime/train/checkpoint_file.ts";
import { writeSampleMnist } from "../mnist/sample_mnist.ts";
import { buildSite, type Site } from "./site.ts";

/** Images to learn from, and to be judged by. */
export const [TRAINING, VALIDATION] = [200, 40];

/** How the page is visited. */
export interface Visit {
  /** Of the address: `backend=wasm`. */
  readonly query?: string;
  readonly isolated?: boolean;
  readonly options?: BrowserContextOptions;
  /** Does something to the files before they are served; it may go on doing so. */
  readonly change?: (files: Map<string, PageFile>) => void;
  /** What the page is expected to complain about. */
  readonly complaints?: RegExp;
}

/** A test of the page; `folder` holds its data, and may take files. */
export type PageTest = (page: Page, folder: string) => Promise<void>;

let chromium: Chromium | undefined;
let folder = "";
let site: Site | undefined;

/** Prepares what {@linkcode pageTest} needs; call it once in a file of tests. */
export function preparePages(): void {
  if (chromiumPath === undefined) return;
  Deno.test.beforeAll(async () => {
    folder = await Deno.makeTempDir({ prefix: "tilewright-" });
    await writeSampleMnist(folder, TRAINING, VALIDATION);
    [site, chromium] = await Promise.all([buildSite(folder), startChromium()]);
  });
  Deno.test.afterAll(async () => {
    await chromium?.close();
    await Deno.remove(folder, { recursive: true });
  });
}

/** Registers a test of the page; it fails if the page complains of what was not expected. */
export function pageTest(name: string, visit: Visit, test: PageTest): void {
  Deno.test(name, { ignore: chromiumPath === undefined }, async () => {
    await visiting(visit, test);
  });
}

/** Opens the page and closes it after the test. */
export async function visiting(
  { query = "", isolated = true, options = {}, change, complaints }: Visit,
  test: PageTest,
): Promise<void> {
  assert.ok(chromium !== undefined && site !== undefined);
  const files = new Map(site.files);
  change?.(files);
  const server = servePage({ files, isolated });
  const { page, takeComplaints, close } = await chromium.newPage(options);
  const strangers: string[] = [];
  page.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(server.url)) {
      strangers.push(request.url());
    }
  });
  try {
    await page.goto(`${server.url}?epochs=2&batch=8&seed=7&${query}`);
    await test(page, folder);
    assert.deepEqual(strangers, [], "nothing but the server is asked");
    assert.deepEqual(takeComplaints().filter((each) => !complaints?.test(each)), []);
  } finally {
    await close();
    await server.stop();
  }
}

/** Waits until the page's status is such a sentence; fails if the page shows an error instead. */
export async function status(page: Page, wanted: RegExp): Promise<void> {
  const found = page.locator("#status").filter({ hasText: wanted });
  const error = page.locator("#error:visible");
  await found.or(error).first().waitFor({ timeout: 60_000 });
  const [fault] = await error.allTextContents();
  if (fault !== undefined) assert.fail(fault);
}

/** The text of an element. */
export async function textOf(page: Page, id: string): Promise<string> {
  return await page.locator(`#${id}`).textContent() ?? "";
}

/** Presses Save, and takes what the browser is given. */
export async function saved(
  page: Page,
): Promise<{ readonly path: string; readonly moment: Checkpoint }> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#save")]);
  const path = join(folder, `${crypto.randomUUID()}_${download.suggestedFilename()}`);
  await download.saveAs(path);
  return { path, moment: decodeCheckpoint(await Deno.readFile(path), path) };
}
