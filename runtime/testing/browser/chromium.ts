/**
 * A headless Chromium with WebGPU on the CPU, its pages, and one that has generated modules.
 *
 * @module
 */
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type BrowserContextOptions, chromium as playwright, type Page } from "playwright-core";
import { bundleForBrowser } from "../../../commands/browser_bundle.ts";
import { messageOf } from "../../wording.ts";
import { GLOBAL, type PageApi } from "./protocol.ts";

/** What the browser is called, in the order of preference. */
const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** Without a GPU, WebGPU is there only if it is asked for; then it is Chromium's own SwiftShader. */
const FLAGS = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

/** A place that browsers trust, as they must to give a page WebGPU. Nobody is asked: the test answers. */
const ORIGIN = "http://localhost/";

/** The longest that the page may take for one answer. */
const PATIENCE_MS = 120_000;

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Where Chromium is, if it is installed. */
export const chromiumPath: string | undefined = NAMES
  .flatMap((name) => (Deno.env.get("PATH") ?? "").split(delimiter).map((at) => join(at, name)))
  .find(isFile);

/** A page, and what it has shown that it should not. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors and warnings that the page has shown since the last time, its console's among them. */
  takeComplaints(): readonly string[];
  close(): Promise<void>;
}

/** A browser without a window. */
export interface Chromium {
  /** A page of its own, as if nobody had been there before; it shows nothing yet. */
  newPage(options?: BrowserContextOptions): Promise<WatchedPage>;
  close(): Promise<void>;
}

/** Starts Chromium, where it is installed. */
export async function startChromium(): Promise<Chromium> {
  if (chromiumPath === undefined) throw new Error(`None of ${NAMES.join(", ")} is on the PATH`);
  const browser = await playwright.launch({ executablePath: chromiumPath, args: FLAGS });
  return {
    newPage: async (options) => watched(await browser.newPage(options)),
    close: () => browser.close(),
  };
}

function watched(page: Page): WatchedPage {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning", "assert"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(messageOf(error)));
  page.on("crash", () => complaints.push("The page crashed"));
  return {
    page,
    takeComplaints: () => complaints.splice(0),
    close: () => page.close(),
  };
}

/** A page that can be driven. */
export interface OpenPage {
  /** Has the page do something; fails if it does not answer. */
  call<K extends keyof PageApi>(method: K, ...args: Parameters<PageApi[K]>): Promise<
    Awaited<ReturnType<PageApi[K]>>
  >;
  /** See {@linkcode WatchedPage.takeComplaints}. */
  takeComplaints(): readonly string[];
  close(): Promise<void>;
}

/** Starts Chromium and opens a page with the modules that these files of generated bindings export. */
export async function openPage(bindings: readonly URL[]): Promise<OpenPage> {
  const script = await bundled(bindings);
  const browser = await startChromium();
  const { page, takeComplaints } = await browser.newPage();
  await page.route(
    `${ORIGIN}**`,
    (route) =>
      route.fulfill(
        route.request().url() === ORIGIN
          ? { contentType: "text/html", body: `<link rel="icon" href="data:,">` }
          : { contentType: "text/javascript", body: script },
      ),
  );
  await page.goto(ORIGIN);
  await page.addScriptTag({ url: `${ORIGIN}page.js`, type: "module" });
  return {
    call: (method, ...args) => call(page, method, args),
    takeComplaints,
    close: () => browser.close(),
  };
}

async function call<K extends keyof PageApi>(
  page: Page,
  method: K,
  args: Parameters<PageApi[K]>,
): Promise<Awaited<ReturnType<PageApi[K]>>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`The page did not answer "${method}" in ${PATIENCE_MS / 1000} s`)),
      PATIENCE_MS,
    );
  });
  // Runs in the page, where the script has made the global.
  const answer = page.evaluate(
    ({ name, method, args }) => Reflect.get(globalThis, name)[method](...args),
    { name: GLOBAL, method, args },
  );
  return await Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** The page's script: the runtime and the modules, in one text. */
async function bundled(bindings: readonly URL[]): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "tilewright-" });
  try {
    const entry = join(folder, "entry.ts");
    await Deno.writeTextFile(
      entry,
      [
        `import { serve } from ${JSON.stringify(new URL("page.ts", import.meta.url))};`,
        ...bindings.map((url, i) => `import * as file${i} from ${JSON.stringify(url)};`),
        `serve([${bindings.map((_, i) => `file${i}`).join(", ")}]);`,
      ].join("\n"),
    );
    const { files, script } = await bundleForBrowser(pathToFileURL(entry));
    return new TextDecoder().decode(files.get(script));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
