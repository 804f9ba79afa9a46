/**
 * `deno task explain`: what the programs of declarations will do, before anything runs.
 *
 * Exit codes: 0 done, 1 failed, 2 the command line cannot be followed.
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { DEFAULT_SPECS } from "../codegen/default_specs.ts";
import type { Declaration } from "../codegen/programs/programs.ts";
import { loadDeclarations } from "../codegen/spec_modules.ts";
import { explainModule, type ModuleFacts } from "../runtime/explain.ts";
import { type ExplainOptions, parseExplainArguments } from "./options.ts";
import { withFreshModule } from "./temporary_module.ts";
import { explainText } from "./text.ts";

/** Runs the command; returns its exit code. Errors become a sentence on standard error. */
export async function main(args: readonly string[]): Promise<number> {
  const parsed = parseExplainArguments(args);
  if (parsed.kind === "text") {
    (parsed.exitCode === 0 ? console.log : console.error)(parsed.text);
    return parsed.exitCode;
  }
  try {
    const facts = await explainAll(parsed.options);
    console.log(
      parsed.options.json ? JSON.stringify(facts, null, 2) : facts.map(explainText).join("\n\n\n"),
    );
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

async function explainAll(options: ExplainOptions): Promise<readonly ModuleFacts[]> {
  const specs = options.specs.length === 0 ? DEFAULT_SPECS : options.specs;
  const urls = specs.map((spec) => pathToFileURL(resolve(spec)).href);
  const chosen = choose("declaration", await loadDeclarations(urls), options.only);
  const all: ModuleFacts[] = [];
  for (const declaration of chosen) all.push(await explain(declaration, options));
  return all;
}

function explain(declaration: Declaration, options: ExplainOptions): Promise<ModuleFacts> {
  return withFreshModule(declaration, (module) => {
    const own = new Set<string>([...module.fixedDims, ...module.callDims]);
    const typical = Object.entries(declaration.typical).filter(([dim]) => own.has(dim));
    const dims = { ...Object.fromEntries(typical), ...options.dims };
    const bytes = options.memory === undefined ? Infinity : options.memory * 2 ** 20;
    const facts = explainModule(module, dims, bytes);
    const programs = choose("program", facts.programs, options.program);
    return Promise.resolve({ ...facts, programs });
  });
}

/** Those of some named things that were asked for. */
function choose<T extends { readonly name: string }>(
  what: string,
  all: readonly T[],
  wanted: readonly string[] | undefined,
): readonly T[] {
  if (wanted === undefined) return all;
  const unknown = wanted.find((name) => all.every((each) => each.name !== name));
  if (unknown !== undefined) {
    throw new Error(
      `Cannot explain ${unknown}: there is no ${what} of this name; there are ${
        all.map(({ name }) => name).join(", ")
      }`,
    );
  }
  return all.filter(({ name }) => wanted.includes(name));
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
