/**
 * `deno task inspect`: the stages between a declaration and its kernels.
 *
 * Exit codes: 0 done, 1 failed, 2 the command line cannot be followed.
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { DEFAULT_SPECS } from "../codegen/default_specs.ts";
import { generateModule } from "../codegen/generate.ts";
import { compile } from "../codegen/pipeline.ts";
import type { Declaration } from "../codegen/programs/programs.ts";
import { runCommandLine, UsageError } from "../commands/command_line.ts";
import { didYouMean } from "../commands/nearest.ts";
import { choose, chosenDeclarations } from "../explain/choice.ts";
import { colourful, type Painter, PLAIN } from "./colours.ts";
import { declarationSource } from "./declaration_source.ts";
import { type InspectOptions, parseInspectArguments } from "./options.ts";
import { diffText, type Inspected, overview, stageText } from "./output.ts";
import { show } from "./pager.ts";
import { declaredProgram, type Material, type Stage, stagesOf } from "./stages.ts";

/** Runs the command; returns its exit code. */
export function main(args: readonly string[]): Promise<number> {
  return runCommandLine(parseInspectArguments(args), inspect);
}

async function inspect(
  options: InspectOptions,
  [name = "", kernel]: readonly string[],
): Promise<number> {
  const specs = options.spec === undefined ? [] : [options.spec];
  const [declaration] = await chosenDeclarations("inspect", specs, [name]);
  if (declaration === undefined) return 1;
  const material = await materialOf(declaration, specs);
  const program = chosenProgram(material, options.program, kernel);
  const stages = stagesOf(material, {
    program,
    allRules: options.allRules ?? false,
    ...(kernel === undefined ? {} : { kernel }),
  });
  const painter = hasColours(options) ? await colourful() : PLAIN;
  const programs = material.compilation.module.programs.map((each) => each.name);
  const inspected = { declaration: name, program, programs, stages };
  await show(
    textOf(inspected, commandOf([name, kernel], program, options), options, painter),
    options.pager,
  );
  return 0;
}

/** Everything there is about a declaration. */
async function materialOf(declaration: Declaration, specs: readonly string[]): Promise<Material> {
  const paths = specs.length === 0 ? DEFAULT_SPECS : specs;
  const urls = paths.map((path) => pathToFileURL(resolve(path)).href);
  const source = await declarationSource(urls, declaration.name);
  const files = await generateModule(declaration, { runtime: "../../runtime" });
  return {
    compilation: compile(declaration),
    files: files.map((file) => ({ ...file, path: file.path.slice(declaration.name.length + 1) })),
    ...(source === undefined ? {} : { source: { ...source, file: shortPath(source.file) } }),
  };
}

/** A file's path from the current folder, where it lies in it. */
function shortPath(url: string): string {
  return url.replace(`${pathToFileURL(Deno.cwd()).href}/`, "").replace("file://", "");
}

/** The program that is asked for, the first that has the kernel, or the one that was declared. */
function chosenProgram(
  { compilation }: Material,
  wanted: string | undefined,
  kernel: string | undefined,
): string {
  const programs = compilation.module.programs;
  const asked = wanted === undefined ? programs : choose("inspect", "program", programs, [wanted]);
  if (kernel === undefined) return declaredProgram(asked)?.name ?? "";
  const found = asked.find(({ kernels }) => kernels.some(({ name }) => name === kernel));
  if (found === undefined) {
    choose("inspect", "kernel", asked.flatMap((each) => each.kernels), [kernel]);
  }
  return found?.name ?? "";
}

function hasColours({ colour, json }: InspectOptions): boolean {
  if (json === true || colour === "never") return false;
  return colour === "always" ||
    (Deno.stdout.isTerminal() && (Deno.env.get("NO_COLOR") ?? "") === "");
}

/** The command line that lists the same stages again, for more to be added. */
function commandOf(
  operands: readonly (string | undefined)[],
  program: string,
  { spec, allRules }: InspectOptions,
): string {
  return [
    "deno task inspect",
    ...operands,
    ...(spec === undefined ? [] : [`--spec ${spec}`]),
    `--program ${program}`,
    ...(allRules ? ["--all-rules"] : []),
  ].filter((part) => part !== undefined).join(" ");
}

function textOf(
  inspected: Inspected,
  command: string,
  { json, stage, diff, all }: InspectOptions,
  painter: Painter,
): string {
  const { stages } = inspected;
  if (json) return JSON.stringify(inspected, null, 2);
  if (diff !== undefined) {
    const [before, after] = diff;
    return diffText(stageOf(stages, before), stageOf(stages, after), painter);
  }
  if (stage !== undefined) return stageText(stageOf(stages, stage), painter);
  return all
    ? stages.map((each) => stageText(each, painter)).join("\n\n")
    : overview(inspected, command, painter);
}

/**
 * The stage of a name, or the only one whose name begins so.
 *
 * @throws {UsageError} if there is none, or several
 */
function stageOf(stages: readonly Stage[], wanted: string): Stage {
  const begin = stages.filter(({ id }) => id.startsWith(wanted));
  const found = stages.find(({ id }) => id === wanted) ??
    (begin.length === 1 ? begin[0] : undefined);
  if (found !== undefined) return found;
  const ids = (begin.length > 0 ? begin : stages).map(({ id }) => id);
  const what = begin.length > 0 ? "several stages begin so" : "there is no stage of this name";
  throw new UsageError(
    `Cannot show ${wanted}: ${what}; there are ${ids.join(", ")}.${didYouMean(wanted, ids)}`,
  );
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
