/** The command line of `deno task inspect`. @module */
import { Command, InvalidArgumentError, Option } from "commander";
import { type CommandLine, readCommandLine } from "../commands/command_line.ts";
import { withGuide } from "../commands/guide.ts";
import { wholeNumber } from "../commands/option_values.ts";

/** What was asked for. */
export interface InspectOptions {
  /** Module of the declaration; the library's and the examples' own if absent. */
  readonly spec?: string;
  /** A program's name. */
  readonly program?: string;
  /** The stage to print, or the beginning of its name. */
  readonly stage?: string;
  /** Two stages to compare. */
  readonly diff?: readonly [string, string];
  /** Prints all stages. */
  readonly all?: true;
  /** Each rule by itself. */
  readonly allRules?: true;
  readonly json?: true;
  readonly colour: "auto" | "always" | "never";
  /** False to print everything at once. */
  readonly pager: boolean;
  /** A file to write a page to. */
  readonly html?: string;
  /** True to serve pages. */
  readonly serve?: true;
  /** Where pages are served; 0 for a free port. */
  readonly port: number;
}

/**
 * Reads the arguments of `deno task inspect`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const line = parseInspectArguments(["shared_linear", "--diff", "graph..rewrite-1"]);
 * assert.ok(line.kind === "run");
 * assert.deepEqual(line.operands, ["shared_linear"]);
 * assert.deepEqual(line.options.diff, ["graph", "rewrite-1"]);
 * ```
 */
export function parseInspectArguments(args: readonly string[]): CommandLine<InspectOptions> {
  return readCommandLine(inspectCommand(), args);
}

/** What the first argument is; only what serves pages goes without. */
export const DECLARATION = "name of a layer or model, such as shared_linear";

/** Ways to show stages, of which only one can be meant. */
const WAYS = ["stage", "diff", "all", "json", "html", "serve"];

const others = (way: string): string[] => WAYS.filter((each) => each !== way);

function inspectCommand(): Command {
  const command = new Command("deno task inspect")
    .description(
      "Shows the stages between a declaration and its kernels: the declaration, its graph, the graph after " +
        "each rule, the loops, the shaders, the WebAssembly, the C, and what the runtime is told. " +
        "Without a stage, lists them.",
    )
    .argument("[declaration]", DECLARATION)
    .argument("[kernel]", "only this kernel of the program")
    .option("--spec <file>", "module that exports it (default: library and examples)")
    .option(
      "--program <name>",
      "which program: forward, grad_x … of a layer, predict, step … of a model (default: forward or predict)",
    )
    .addOption(
      new Option(
        "--html <file>",
        "write one page with everything about the declaration, its kernels line by line beside it",
      ).conflicts(others("html")),
    )
    .addOption(
      new Option("--serve", "show the same in a browser, made anew whenever it is loaded")
        .conflicts(others("serve")),
    )
    .option("--port <n>", "where --serve listens; 0 for a free one", wholeNumber(0, 65_535), 7420)
    .option(
      "--stage <id>",
      "print this stage; the beginning of its name is enough if it is the only one",
    )
    .option("--diff <a..b>", "print what differs between two stages, line by line", pair)
    .option("--all", "print every stage")
    .option(
      "--all-rules",
      "a stage for each rule that fired; else those in a row that save nothing share one",
    )
    .option("--json", "print the stages as JSON")
    .addOption(
      new Option("--colour <when>", "colours: auto is for terminals")
        .choices(["auto", "always", "never"]).default("auto"),
    )
    .option("--no-pager", "print at once what is longer than the screen");
  return withGuide(command, {
    examples: {
      "the stages of the weight-sharing layer": "deno task inspect shared_linear",
      "its shader": "deno task inspect shared_linear --stage forward.wgsl",
      "everything on one page": "deno task inspect shared_linear --html shared_linear.html",
      "the same while you write: edit, reload and see":
        "deno task inspect my_layer --spec my_layers.ts --serve",
      "what the rules made of it": "deno task inspect shared_linear --diff graph..separate",
      "the gradient of its weight, from beginning to end":
        "deno task inspect shared_linear --program grad_w --all",
      "one kernel of a training step": "deno task inspect mnist_shared loss --program step --all",
      "a layer of your own": "deno task inspect my_layer --spec my_layers.ts",
    },
    environment: {
      NO_COLOR: "anything: no colours, unless --colour always",
      PAGER: "what shows long texts (default: less -R)",
    },
  });
}

function pair(text: string): readonly [string, string] {
  const [before = "", after = "", ...others] = text.split("..");
  if (before !== "" && after !== "" && others.length === 0) return [before, after];
  throw new InvalidArgumentError("Expected two stages, such as graph..rewrite-1.");
}
