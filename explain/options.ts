/** The command line of `deno task explain`. @module */
import { Command, InvalidArgumentError } from "commander";
import { type CommandLine, readCommandLine } from "../commands/command_line.ts";
import { withGuide } from "../commands/guide.ts";
import { wholeNumber, words } from "../commands/option_values.ts";

/** What was asked for. */
export interface ExplainOptions {
  /** Names of declarations; all if absent. */
  readonly only?: readonly string[];
  /** Names of programs; all if absent. */
  readonly program?: readonly string[];
  /** Sizes instead of the typical ones. */
  readonly dims?: Readonly<Record<string, number>>;
  /** MiB that all tensors together may take. */
  readonly memory?: number;
  readonly json?: true;
}

/**
 * Reads the arguments of `deno task explain`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const parsed = parseExplainArguments(["--only", "relu,linear", "--dims", "B=256,N=10"]);
 * assert.ok(parsed.kind === "run");
 * assert.deepEqual(parsed.options.only, ["relu", "linear"]);
 * assert.deepEqual(parsed.options.dims, { B: 256, N: 10 });
 * ```
 */
export function parseExplainArguments(args: readonly string[]): CommandLine<ExplainOptions> {
  return readCommandLine(explainCommand(), args);
}

function explainCommand(): Command {
  const command = new Command("deno task explain")
    .description(
      "Tells before anything runs what programs will do: the arithmetic, traffic and launches of each " +
        "kernel, what was fused into it, the memory, and the largest batch that fits every WebGPU device.",
    )
    .argument("[specs...]", "modules that export declarations (default: library and examples)")
    .option("--only <names>", "only these declarations, by commas (default: all)", words)
    .option("--program <names>", "only these programs, by commas, e.g. step (default: all)", words)
    .option("--dims <sizes>", "sizes instead of the typical ones, e.g. B=256,I=784", sizes)
    .option("--memory <MiB>", "what all tensors together may take (default: any)", wholeNumber(0))
    .option("--json", "print JSON: numbers without units");
  return withGuide(command, {
    examples: {
      "a training step of MNIST": "deno task explain --only mnist_shared --program step",
      "a layer at other sizes": "deno task explain --only linear --dims B=256,I=784,O=10",
      "the largest batch in 2 GiB, as JSON":
        "deno task explain --only mnist_cnn --memory 2048 --json",
      "a layer of your own": "deno task explain my_layers.ts",
    },
  });
}

function sizes(text: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    words(text).map((part) => {
      const [, dim = "", size = ""] = part.match(/^(\w+)=(\d+)$/) ?? [];
      if (dim === "") {
        throw new InvalidArgumentError("Expected sizes of dims, such as B=256,I=784.");
      }
      return [dim, wholeNumber(0)(size)];
    }),
  );
}
