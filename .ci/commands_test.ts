/** Every task has a help that is complete and true, and refuses what it does not know. */
import assert from "node:assert/strict";
import { parseOptions as parseBenchArguments } from "../bench/options.ts";
import { parseExperimentArguments } from "../bench/experiment/options.ts";
import { parseCheckArguments } from "../check/options.ts";
import { parseGenArguments } from "../codegen/options.ts";
import type { CommandLine } from "../commands/command_line.ts";
import { parseCustomArguments } from "../examples/custom_layer/options.ts";
import { parseRegressionArguments } from "../examples/linear_regression/options.ts";
import { parseEvaluateArguments } from "../examples/mnist/evaluate_options.ts";
import { parseExportArguments } from "../examples/mnist/export_options.ts";
import { parsePredictArguments } from "../examples/mnist/predict_options.ts";
import { parseTrainArguments } from "../examples/mnist/train_options.ts";
import { parseCnnArguments } from "../examples/mnist_cnn/options.ts";
import { parseServeArguments } from "../examples/mnist_browser/serve_options.ts";
import { parseTransformerArguments } from "../examples/tiny_transformer/options.ts";
import { parseExplainArguments } from "../explain/options.ts";
import { parseFuzzArguments } from "../fuzz/options.ts";
import { parseInspectArguments } from "../inspect/options.ts";
import { parseTuneArguments } from "../tune/options.ts";
import { parseOptions as parseTestArguments } from "./options.ts";

type Parse = (args: readonly string[]) => CommandLine<object>;

/** The parsers of all tasks' command lines. */
const PARSERS: Readonly<Record<string, Parse>> = {
  bench: parseBenchArguments,
  check: parseCheckArguments,
  cnn: parseCnnArguments,
  custom: parseCustomArguments,
  evaluate: parseEvaluateArguments,
  experiment: parseExperimentArguments,
  explain: parseExplainArguments,
  export: parseExportArguments,
  fuzz: parseFuzzArguments,
  gen: parseGenArguments,
  inspect: parseInspectArguments,
  ok: (args) => parseTestArguments("deno task ok", "The gate.", args),
  predict: parsePredictArguments,
  regression: parseRegressionArguments,
  serve: parseServeArguments,
  test: (args) => parseTestArguments("deno task test", "Runs all tests.", args),
  train: parseTrainArguments,
  transformer: parseTransformerArguments,
  tune: parseTuneArguments,
};

/** Tasks that are others with some arguments before those that are given. */
const ALIASES: Readonly<Record<string, string>> = { "train:native": "train" };

/** Variables about colour that Commander asks for; nothing here has a colour. */
const COLOUR = ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"];

const ROOT = new URL("../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, ROOT));
const { tasks }: { readonly tasks: Readonly<Record<string, { readonly command: string }>> } = JSON
  .parse(await read("deno.json"));

/** What a help says. */
interface Help {
  /** Before its sections. */
  readonly head: string;
  /** Lines of each section, without their indentation. */
  readonly sections: Readonly<Record<string, readonly string[]>>;
}

function helpOf(parse: Parse): Help {
  const line = parse(["--help"]);
  assert.ok(line.kind === "text" && line.exitCode === 0);
  const [head = "", ...parts] = line.text.split(/^(?=[A-Z][a-z ]+:$)/m);
  const sections = parts.map((part) => {
    const [title = "", ...lines] = part.trimEnd().split("\n");
    return [title.slice(0, -1), lines.map((each) => each.replace(/^ {2}/, ""))] as const;
  });
  return { head, sections: Object.fromEntries(sections) };
}

/** Terms of a section and what is said of each: `--seed <n>`, `2`, `NO_COLOR`. */
function terms(lines: readonly string[] = []): readonly (readonly [string, string])[] {
  return lines.filter((line) => !line.startsWith(" ")).map((line) => {
    const [term = "", ...text] = line.split(/ {2,}/);
    return [term, text.join(" ")];
  });
}

const flagsOf = (help: Help): readonly string[] =>
  terms(help.sections.Options).flatMap(([term]) => term.match(/--[\w-]+/g) ?? []);

Deno.test("every task has a parser here and a row in the README", async () => {
  const known = [...Object.keys(PARSERS), ...Object.keys(ALIASES)];
  assert.deepEqual(known.sort(), Object.keys(tasks).sort());
  const readme = await read("README.md");
  for (const task of Object.keys(tasks)) {
    assert.ok(readme.includes(`\n| \`deno task ${task}\` `), task);
  }
});

for (const [alias, task] of Object.entries(ALIASES)) {
  Deno.test(`${alias} is ${task} with options that it takes, and more permissions`, () => {
    const [script = ""] = tasks[task]?.command.match(/\S+\.ts$/) ?? [];
    const [permissions = "", added = ""] = tasks[alias]?.command.split(script) ?? [];
    assert.ok(script !== "" && added !== "");
    assert.equal(PARSERS[task]?.(added.trim().split(" ")).kind, "run");
    const allowed = tasks[task]?.command.match(/--allow-[a-z]+/g) ?? [];
    for (const permission of allowed) assert.ok(permissions.includes(permission), permission);
  });
}

for (const [task, parse] of Object.entries(PARSERS)) {
  Deno.test(`the help of ${task} says what a stranger needs`, () => {
    const { head, sections } = helpOf(parse);
    assert.match(head, new RegExp(`^Usage: deno task ${task} .*\n\n[A-Z][^]*\\.\n`));
    for (const title of ["Arguments", "Options", "Exit codes", "Environment"]) {
      for (const [term, text] of terms(sections[title])) assert.match(text, /\w/, term);
    }
    const codes = terms(sections["Exit codes"]).map(([code]) => code);
    assert.deepEqual(codes.slice(0, 3), ["0", "1", "2"]);
  });

  Deno.test(`the help of ${task} names the variables that the task may read`, () => {
    const [, allowed = ""] = tasks[task]?.command.match(/--allow-env=(\S+)/) ?? [];
    const told = terms(helpOf(parse).sections.Environment).map(([name]) => name);
    for (const name of ["TILEWRIGHT_DEBUG", ...allowed.split(",")]) {
      assert.ok(name === "" || COLOUR.includes(name) || told.includes(name), name);
    }
  });

  Deno.test(`the examples of ${task} are what their tasks take`, () => {
    const lines = helpOf(parse).sections.Examples ?? [];
    const commands = lines.filter((line) => !line.startsWith("# "));
    assert.ok(commands.some((line) => line.startsWith(`deno task ${task}`)), lines.join("\n"));
    assert.equal(commands.length, lines.length / 2, "each has a line that says what it does");
    for (const command of commands) {
      const [, name = "", rest = ""] = command.match(/^deno task ([\w:]+)(.*)$/) ?? [];
      const line = PARSERS[ALIASES[name] ?? name]?.(rest.split(" ").filter((word) => word !== ""));
      assert.equal(line?.kind, "run", `${command}: ${JSON.stringify(line)}`);
    }
  });

  Deno.test(`${task} refuses a mistyped option and names the right one`, () => {
    const flags = flagsOf(helpOf(parse));
    assert.ok(flags.includes("--help"));
    for (const flag of flags) {
      const line = parse([flag.replace(/.$/, "$&$&")]);
      assert.ok(line.kind === "text" && line.exitCode === 2, flag);
      assert.match(line.text, new RegExp(`^Unknown option .*Did you mean .*${flag}\\b`));
    }
  });

  // One that takes any number of words refuses none.
  if (helpOf(parse).head.includes("...]")) continue;
  Deno.test(`${task} refuses words that it does not take`, () => {
    const taken = terms(helpOf(parse).sections.Arguments).map(() => "word");
    const line = parse([...taken, "stray"]);
    assert.ok(line.kind === "text" && line.exitCode === 2);
    assert.match(line.text, /^Too many arguments: .*but got 'stray'\./);
  });
}
