/** The command `deno task gen`. @module */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { DeclarationError } from "../dsl/errors.ts";
import { DEFAULT_SPECS } from "./default_specs.ts";
import { generateModule } from "./generate.ts";
import { compareFiles, type Differences, writeFiles } from "./output_folder.ts";
import type { Dump } from "./passes.ts";
import { RULES } from "./rewrite/rules/mod.ts";
import { loadDeclarations } from "./spec_modules.ts";
import type { GeneratedFile } from "./targets/target.ts";

interface Options {
  readonly out?: string;
  readonly check?: boolean;
  readonly dump?: readonly string[];
  readonly runtime?: string;
  readonly without?: readonly string[];
}

const DEFAULT_OUT = "generated";
const PASSES = ["rewrite", "separate-results", "lower", "plan", "lay-out"];

function addPass(pass: string, before: readonly string[] = []): readonly string[] {
  if (!PASSES.includes(pass)) {
    throw new InvalidArgumentError(`Passes are ${PASSES.join(", ")}.`);
  }
  return [...before, pass];
}

function addRule(name: string, before: readonly string[] = []): readonly string[] {
  const names = RULES.map((rule) => rule.name);
  if (!names.includes(name)) throw new InvalidArgumentError(`Rules are ${names.join(", ")}.`);
  return [...before, name];
}

function command(): Command {
  return new Command("deno task gen")
    .description("Turns declarations of layers and models into kernels, bindings and documents.")
    .argument("[specs...]", "modules that export declarations", DEFAULT_SPECS)
    .option("--out <folder>", "where to write, inside the current folder; needed with specs")
    .option("--check", "write nothing; fail if a file differs from what would be written")
    .option(
      "--runtime <specifier>",
      "the runtime as bindings import it (default: by relative path)",
    )
    .option(
      "--dump <pass>",
      `print every program after a pass: ${PASSES.join(", ")}`,
      addPass,
    )
    .option(
      "--without <rule>",
      "leave a rule of rewriting out, to see what it is good for",
      addRule,
    )
    .addHelpText("after", "\nTILEWRIGHT_DEBUG=1..5 prints more and more of what every pass did.")
    .configureOutput({
      writeOut: (text) => console.log(text.trimEnd()),
      writeErr: (text) => console.error(text.trimEnd()),
    })
    .exitOverride();
}

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

async function generate(specs: readonly string[], options: Options): Promise<number> {
  if (options.out === undefined && specs !== DEFAULT_SPECS) {
    throw new DeclarationError(
      `Cannot generate from ${
        specs.join(", ")
      } without a folder of its own: give --out <folder>; ${DEFAULT_OUT}/ belongs to the library's own declarations`,
    );
  }
  const folder = options.out ?? DEFAULT_OUT;
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

/** Runs the command; returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const program = command();
  try {
    program.parse(args, { from: "user" });
    const specs: readonly string[] = program.processedArgs[0];
    return await generate(specs, program.opts<Options>());
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (error instanceof DeclarationError) {
      console.error(error.message);
      return 1;
    }
    if (error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied) {
      console.error(`Cannot read or write a file: ${error.message}`);
      return 1;
    }
    throw error;
  }
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
