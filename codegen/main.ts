/**
 * `deno task gen`: turns declarations into kernels, bindings and documents.
 *
 * Exit codes: 0 done, 1 failed, 2 the command line cannot be followed.
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { runCommandLine, UsageError } from "../commands/command_line.ts";
import { requireOutputFolder } from "../commands/output_path.ts";
import { DEFAULT_SPECS } from "./default_specs.ts";
import { generateModule } from "./generate.ts";
import { DEFAULT_OUT, type GenOptions, parseGenArguments } from "./options.ts";
import { compareFiles, type Differences, writeFiles, writeUnlisted } from "./output_folder.ts";
import type { Dump } from "./passes.ts";
import { placesFile } from "./places_file.ts";
import { RULES } from "./rewrite/rules/mod.ts";
import { loadDeclarations } from "./spec_modules.ts";
import type { GeneratedFile } from "./targets/target.ts";

function folderUrl(path: string): URL {
  return new URL(`${pathToFileURL(resolve(path)).href}/`);
}

/** The runtime's folder seen from a module's folder in `out`. */
function runtimeFrom(out: URL): string {
  const from = out.pathname.split("/").filter((part) => part !== "");
  const to = new URL("../runtime", import.meta.url).pathname.split("/").filter((part) =>
    part !== ""
  );
  let common = 0;
  while (common < from.length && from[common] === to[common]) common++;
  const up = from.length - common + 1;
  return [...Array<string>(up).fill(".."), ...to.slice(common)].join("/");
}

function dumpFor(passes: readonly string[]): Dump {
  const level = Number(Deno.env.get("TILEWRIGHT_DEBUG") ?? 0);
  return { level: Number.isFinite(level) ? level : 0, passes: new Set(passes), print: console.log };
}

async function generate(options: GenOptions, own: readonly string[]): Promise<number> {
  if (options.out === undefined && own.length > 0) {
    throw new UsageError(
      `Cannot generate from ${
        own.join(", ")
      } without a folder of its own: give --out <folder>; ${DEFAULT_OUT}/ belongs to the library's own declarations.`,
    );
  }
  const specs = own.length === 0 ? DEFAULT_SPECS : own;
  const folder = options.out ?? DEFAULT_OUT;
  if (options.check !== true) await requireOutputFolder("generated files", folder);
  const out = folderUrl(folder);
  const runtime = options.runtime ?? runtimeFrom(out);
  const dump = dumpFor(options.dump ?? []);
  const rules = RULES.filter((rule) => !options.without?.includes(rule.name));
  const urls = specs.map((spec) =>
    spec.startsWith("file:") ? spec : pathToFileURL(resolve(spec)).href
  );
  const declarations = await loadDeclarations(urls);
  const files: GeneratedFile[] = [];
  for (const declaration of declarations) {
    if (dump.level >= 1) console.log(`── ${declaration.kind} ${declaration.name}`);
    files.push(...await generateModule(declaration, { runtime, dump, rules }));
  }
  if (options.check === true) return reportCheck(folder, await compareFiles(out, files));
  const { missing, changed, stale } = await writeFiles(out, files);
  await writeUnlisted(out, placesFile(files));
  console.log(
    `${declarations.length} declarations, ${files.length} files in ${folder}/: ` +
      `${missing.length} new, ${changed.length} changed, ${stale.length} removed`,
  );
  return 0;
}

function reportCheck(folder: string, { missing, changed, stale }: Differences): number {
  const lines = [
    ...missing.map((path) => `${folder}/${path} is missing`),
    ...changed.map((path) => `${folder}/${path} differs from what its declaration gives`),
    ...stale.map((path) => `${folder}/${path} belongs to no declaration any more`),
  ];
  if (lines.length === 0) {
    console.log(`${folder}/ is up to date`);
    return 0;
  }
  console.error(`${lines.join("\n")}\nRun \`deno task gen\` and commit the result.`);
  return 1;
}

/** Runs the command; returns its exit code. */
export function main(args: readonly string[]): Promise<number> {
  return runCommandLine(parseGenArguments(args), generate);
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
