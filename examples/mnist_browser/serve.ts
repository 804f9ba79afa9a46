/**
 * `deno task serve`: builds and serves a page that trains in the browser.
 *
 * @module
 */
import { runCommandLine } from "../../commands/command_line.ts";
import { requireOutputFolder } from "../../commands/output_path.ts";
import { ISOLATION_HEADERS, servePage } from "../../commands/page_server.ts";
import { parseServeArguments, type ServeOptions } from "./serve_options.ts";
import { buildSite, type Site, writeSite } from "./site.ts";

/** Runs the command; returns its exit code. */
export function main(args: readonly string[]): Promise<number> {
  return runCommandLine(parseServeArguments(args), serve);
}

async function serve({ port, data, isolation, build }: ServeOptions): Promise<number> {
  if (build !== undefined) await requireOutputFolder("the page", build);
  const site = await buildSite(data);
  console.log(describeSize(site));
  if (build !== undefined) {
    console.log(describeFolder(build, await writeSite(site, build)));
    return 0;
  }
  const server = servePage({ files: site.files, port, isolated: isolation });
  console.log(`Train at ${server.url} and end with Ctrl-C.`);
  await interrupted();
  await server.stop();
  return 0;
}

/** The first line: what the browser has to load before it has any data. */
function describeSize({ size: { bytes, gzipped }, bundle }: Site): string {
  const kilobytes = (count: number) => Math.round(count / 1000);
  return `Bundled ${bundle.files.size} files for the browser: ${kilobytes(bytes)} kB, ` +
    `${kilobytes(gzipped)} kB gzipped.`;
}

function describeFolder(folder: string, bytes: number): string {
  const headers = Object.entries(ISOLATION_HEADERS).slice(0, 2)
    .map(([name, value]) => `  ${name}: ${value}`);
  return [
    `Wrote the page and its data to ${folder}: ${(bytes / 1e6).toFixed(1)} MB.`,
    "Any web server can serve it. With these headers, WebAssembly gets all threads; without, one:",
    ...headers,
  ].join("\n");
}

/** Resolves when Ctrl-C is pressed, or the program is asked to end. */
async function interrupted(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const signals = Deno.build.os === "windows"
    ? ["SIGINT"] as const
    : ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, resolve);
  await promise;
  for (const signal of signals) Deno.removeSignalListener(signal, resolve);
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
