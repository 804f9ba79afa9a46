/**
 * `deno task inspect`: the stages between a declaration and its kernels.
 *
 * Exit codes: 0 done, 1 failed, 2 the command line cannot be followed.
 *
 * @module
 */
import { runCommandLine, UsageError } from "../commands/command_line.ts";
import { didYouMean } from "../commands/nearest.ts";
import { requireOutputPath } from "../commands/output_path.ts";
import { choose, chosenDeclarations } from "../explain/choice.ts";
import { colourful, type Painter, PLAIN } from "./colours.ts";
import { materialOf } from "./material.ts";
import { DECLARATION, type InspectOptions, parseInspectArguments } from "./options.ts";
import { diffText, type Inspected, overview, stageText } from "./output.ts";
import { declarationPage } from "./page/make_page.ts";
import { pageScript } from "./page/page_script.ts";
import { servePages } from "./page/serve_pages.ts";
import { show } from "./pager.ts";
import { declaredProgram, type Material, type Stage, stagesOf } from "./stages.ts";

/** Runs the command; returns its exit code. */
export function main(args: readonly string[]): Promise<number> {
  return runCommandLine(parseInspectArguments(args), inspect);
}

async function inspect(
  options: InspectOptions,
  operands: readonly string[],
): Promise<number> {
  if (options.serve) return await serve(options, operands);
  const [name, kernel] = operands;
  if (name === undefined) throw new UsageError(`Missing <declaration>: ${DECLARATION}.`);
  if (options.html !== undefined) await requireOutputPath("the page", options.html);
  const specs = options.spec === undefined ? [] : [options.spec];
  const [declaration] = await chosenDeclarations("inspect", specs, [name]);
  if (declaration === undefined) return 1;
  const material = await materialOf(declaration, specs);
  const program = chosenProgram(material, options.program, kernel);
  if (options.html !== undefined) {
    await writePage(options.html, material, program, kernel, options);
    return 0;
  }
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

async function writePage(
  file: string,
  material: Material,
  program: string,
  kernel: string | undefined,
  { spec, allRules }: InspectOptions,
): Promise<void> {
  const page = await declarationPage(material, {
    script: await pageScript(),
    allRules: allRules ?? false,
    isServed: false,
    first: { program, kernel },
    spec,
  });
  await Deno.writeTextFile(file, page);
  const size = (page.length / 1e6).toFixed(1);
  console.log(
    `${file}: ${size} MB, all that there is about ${material.compilation.declaration.name}`,
  );
}

/** Serves pages until it is interrupted. */
async function serve(
  { spec, program, allRules, port }: InspectOptions,
  [name, kernel]: readonly string[],
): Promise<number> {
  if (program !== undefined || kernel !== undefined) {
    throw new UsageError(
      "Cannot serve a part: pages have all programs and kernels of a declaration.",
    );
  }
  const server = await servePages({
    ...(spec === undefined ? {} : { spec }),
    allRules: allRules ?? false,
    port,
  });
  console.log(
    `${server.url}${
      encodeURIComponent(name ?? "")
    } is made anew whenever it is loaded. Ctrl+C ends this.`,
  );
  await interrupted();
  await server.stop();
  return 0;
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      Deno.removeSignalListener("SIGINT", stop);
      resolve();
    };
    Deno.addSignalListener("SIGINT", stop);
  });
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
