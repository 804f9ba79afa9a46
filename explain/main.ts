/**
 * `deno task explain`: what the programs of declarations will do, before anything runs.
 *
 * Exit codes: 0 done, 1 failed, 2 the command line cannot be followed.
 *
 * @module
 */
import type { Declaration } from "../codegen/programs/programs.ts";
import { runCommandLine } from "../commands/command_line.ts";
import { explainModule, type ModuleFacts } from "../runtime/explain.ts";
import { choose, chosenDeclarations } from "./choice.ts";
import { type ExplainOptions, parseExplainArguments } from "./options.ts";
import { withFreshModule } from "./temporary_module.ts";
import { explainText } from "./text.ts";

/** Runs the command; returns its exit code. */
export function main(args: readonly string[]): Promise<number> {
  return runCommandLine(parseExplainArguments(args), explainAll);
}

async function explainAll(options: ExplainOptions, specs: readonly string[]): Promise<number> {
  const chosen = await chosenDeclarations("explain", specs, options.only);
  const facts: ModuleFacts[] = [];
  for (const declaration of chosen) facts.push(await explain(declaration, options));
  console.log(
    options.json ? JSON.stringify(facts, null, 2) : facts.map(explainText).join("\n\n\n"),
  );
  return 0;
}

function explain(declaration: Declaration, options: ExplainOptions): Promise<ModuleFacts> {
  return withFreshModule(declaration, (module) => {
    const own = new Set<string>([...module.fixedDims, ...module.callDims]);
    const typical = Object.entries(declaration.typical).filter(([dim]) => own.has(dim));
    const dims = { ...Object.fromEntries(typical), ...options.dims };
    const bytes = options.memory === undefined ? Infinity : options.memory * 2 ** 20;
    const facts = explainModule(module, dims, bytes);
    const programs = choose("explain", "program", facts.programs, options.program);
    return Promise.resolve({ ...facts, programs });
  });
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
