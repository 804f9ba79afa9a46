/**
 * Bundles modules for browsers: one script, what it starts as workers, and what it fetches, all files of one
 * folder without a type to be stripped or a name to be resolved.
 *
 * @module
 */
import { SourceMap } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/** A page's script and the files that belong beside it. */
export interface BrowserBundle {
  /** The file to load first, as a module. */
  readonly script: string;
  /** The content of each file, by its name. */
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  /** The `file:` URLs of everything that was put into it. */
  readonly sources: ReadonlySet<string>;
}

/** Bytes as they are, and as servers send them. */
export interface BundleSize {
  readonly bytes: number;
  readonly gzipped: number;
}

/** What a bundle consists of. */
export interface BundleOptions {
  /**
   * What no browser can use, by how its path ends: a module is left out where it is imported as it is needed,
   * and a file beside a module stays where it is. Nothing, if absent.
   */
  readonly without?: readonly string[];
}

/** A module cannot be bundled; the message says which, and why. */
export class BundleError extends Error {
  override readonly name = "BundleError";
}

/** How a module names a file beside it, which bundlers know; a name with a slash at its end is a folder. */
const ASSET = /new URL\(\s*"(\.\.?\/[^"]*[^"/])"\s*,\s*import\.meta\.url\s*\)/g;

/** What is a script to be bundled by itself; other files are copied. */
const SCRIPT = /\.[mc]?[jt]s$/;

/**
 * Bundles a module, TypeScript or JavaScript, with all that it imports. Where a module of the bundle says
 * `new URL("./name", import.meta.url)`, the file of that name comes along: a script as a bundle of its own, fit
 * for a worker, and any other file as it is.
 *
 * @param entry a `file:` URL
 * @throws {BundleError} if a module is wrong, or a file is missing
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const bundle = await bundleForBrowser(new URL("../runtime/wasm/start_worker.ts", import.meta.url));
 * assert.deepEqual([...bundle.files.keys()], ["wasm_start_worker.js", "wasm_worker.js"]);
 * assert.equal(bundle.script, "wasm_start_worker.js");
 * ```
 */
export async function bundleForBrowser(
  entry: URL,
  { without = [] }: BundleOptions = {},
): Promise<BrowserBundle> {
  const names = new Map<string, string>();
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const sources = new Set<string>();
  const script = nameFor(entry.href, names);
  // The map grows while it is gone through.
  for (const [url, name] of names) {
    if (!SCRIPT.test(new URL(url).pathname)) {
      files.set(name, await readAsset(url));
      sources.add(url);
      continue;
    }
    const { text, origins } = await bundled(url, without);
    origins.forEach((origin) => sources.add(origin));
    const linked = withAssets(text, (asset, origin) => {
      const isLeft = without.some((ending) => asset.endsWith(ending));
      return isLeft ? undefined : nameFor(new URL(asset, origin).href, names);
    });
    files.set(name, new TextEncoder().encode(linked));
  }
  return { script, files, sources };
}

/** The size of files together. */
export async function sizeOf(files: Iterable<Uint8Array<ArrayBuffer>>): Promise<BundleSize> {
  let [bytes, gzipped] = [0, 0];
  for (const file of files) {
    const packed = new Blob([file]).stream().pipeThrough(new CompressionStream("gzip"));
    bytes += file.length;
    gzipped += (await new Response(packed).arrayBuffer()).byteLength;
  }
  return { bytes, gzipped };
}

/** The name of a file in the bundle: that of its folder and its own. */
function nameFor(url: string, names: Map<string, string>): string {
  const known = names.get(url);
  if (known !== undefined) return known;
  const [folder = "", file = ""] = new URL(url).pathname.split("/").slice(-2);
  const [stem = "", ending = ""] = file.split(/(?=\.[^.]+$)/);
  const taken = new Set(names.values());
  const candidate = (count: number) =>
    `${folder}_${stem}${count === 1 ? "" : `_${count}`}${SCRIPT.test(file) ? ".js" : ending}`;
  let count = 1;
  while (taken.has(candidate(count))) count++;
  names.set(url, candidate(count));
  return candidate(count);
}

async function readAsset(url: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(new URL(url));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BundleError(`Cannot bundle ${fileURLToPath(url)}: ${why}.`, { cause });
  }
}

/** A script in one text, and where its parts are from. */
interface Script {
  readonly text: MappedText;
  readonly origins: readonly string[];
}

/** A text, and the URL of the module that each place of it comes from. */
interface MappedText {
  readonly code: string;
  originAt(line: number, column: number): string;
}

async function bundled(url: string, without: readonly string[]): Promise<Script> {
  const entry = fileURLToPath(url);
  const folder = new URL(".", url);
  const { success, errors, outputFiles = [] } = await Deno.bundle({
    entrypoints: [entry],
    external: without.map((ending) => `*${ending}`),
    platform: "browser",
    minify: true,
    sourcemap: "external",
    outputDir: fileURLToPath(folder),
    write: false,
  });
  const text = (ending: string) =>
    outputFiles.find(({ path }) => path.endsWith(ending))?.text() ?? "";
  if (!success) {
    const why = errors.map(({ text }) => text).join("; ");
    throw new BundleError(`Cannot bundle ${entry}: ${why || "the bundler does not say why"}.`);
  }
  const map: ConstructorParameters<typeof SourceMap>[0] = JSON.parse(text(".js.map"));
  const places = new SourceMap(map);
  const absolute = (source: string) => new URL(source, folder).href;
  return {
    text: {
      code: text(".js"),
      originAt(line, column) {
        const found = places.findEntry(line, column);
        return "originalSource" in found
          ? absolute(found.originalSource)
          : pathToFileURL(entry).href;
      },
    },
    origins: map.sources.map(absolute),
  };
}

/** The text with the names that files beside it have in the bundle; those without a name are left as they are. */
function withAssets(
  { code, originAt }: MappedText,
  rename: (asset: string, origin: string) => string | undefined,
): string {
  return code.replaceAll(ASSET, (whole: string, asset: string, at: number) => {
    const before = code.slice(0, at);
    const lineStart = before.lastIndexOf("\n") + 1;
    const line = before.split("\n").length - 1;
    const name = rename(asset, originAt(line, at - lineStart));
    return name === undefined ? whole : `new URL("./${name}",import.meta.url)`;
  });
}
