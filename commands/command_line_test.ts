import assert from "node:assert/strict";
import { Command, Option } from "commander";
import { readCommandLine, runCommandLine } from "./command_line.ts";
import { withGuide } from "./guide.ts";
import { wholeNumber, words } from "./option_values.ts";

const read = (...args: readonly string[]) =>
  readCommandLine<{ readonly to?: number; readonly only?: readonly string[] }>(
    new Command("deno task count").option("--to <n>", "the last one", wholeNumber(1, 9))
      .option("--only <names>", "by commas", words),
    args,
  );

/** Runs something, and catches what it prints. */
async function printed(run: () => Promise<number>) {
  const { log, error } = console;
  let [out, err] = ["", ""];
  console.log = (text: string) => out += text;
  console.error = (text: string) => err += text;
  try {
    return { code: await run(), out, err };
  } finally {
    Object.assign(console, { log, error });
  }
}

Deno.test("options come with their values, as their parsers read them", () => {
  const line = read("--to", "7", "--only", "a, b,,c");
  assert.ok(line.kind === "run");
  assert.deepEqual(line.options, { to: 7, only: ["a", "b", "c"] });
});

Deno.test("what cannot be followed ends with 2 and a sentence, help with 0", async () => {
  for (const args of [["--to", "0"], ["--to", "10"], ["--to", "x"], ["--too", "1"], ["more"]]) {
    const { code, out, err } = await printed(() =>
      runCommandLine(read(...args), () => Promise.resolve(0))
    );
    assert.equal(code, 2);
    assert.equal(out, "");
    assert.match(
      err,
      /^(Option '--to.* from 1 to 9\.|Unknown option '--too' .*--to\?\)|Too many arguments.*)$/,
    );
  }
  const help = await printed(() => runCommandLine(read("--help"), () => Promise.resolve(1)));
  assert.equal(help.code, 0);
  assert.match(help.out, /Usage: deno task count/);
});

Deno.test("a mistyped word is refused with the nearest that is allowed", () => {
  const command = () =>
    new Command("deno task show")
      .argument("<file>", "trained weights")
      .addOption(new Option("--model <name>", "which").choices(["shared", "original"]))
      .option("--only <names>", "by commas", words);
  const refusals: readonly (readonly [readonly string[], string])[] = [
    [
      ["a", "--model", "Orignal"],
      "Option '--model <name>' argument 'Orignal' is invalid. " +
      "Allowed choices are shared, original. Did you mean original?",
    ],
    [
      ["a", "--model", "third"],
      "Option '--model <name>' argument 'third' is invalid. Allowed choices are shared, original.",
    ],
    [["a", "--modl", "shared"], "Unknown option '--modl' (Did you mean --model?)"],
    [["a", "--model"], "Option '--model <name>' argument missing."],
    [
      ["a", "--only", ", "],
      "Option '--only <names>' argument ', ' is invalid. " +
      "Expected words with commas between them.",
    ],
    [[], "Missing <file>: trained weights."],
    [
      ["a", "b"],
      "Too many arguments: deno task show takes <file> and options, but got 'b'.",
    ],
    [
      ["a", "model", "shared"],
      "Too many arguments: deno task show takes <file> and options, but got 'model'. Did you mean --model?",
    ],
  ];
  for (const [args, text] of refusals) {
    assert.deepEqual(readCommandLine(command(), args), { kind: "text", text, exitCode: 2 });
  }
  const line = readCommandLine(command(), ["a", "--model", "original"]);
  assert.deepEqual(line, { kind: "run", options: { model: "original" }, operands: ["a"] });
});

Deno.test("help ends with examples, exit codes and environment variables", () => {
  const command = withGuide(new Command("deno task count"), {
    examples: { "counts to three": "deno task count --to 3" },
    exitCodes: { 130: "interrupted" },
    environment: { LEVEL: "1 to 5: says more" },
  });
  const help = readCommandLine(command, ["-h"]);
  assert.ok(help.kind === "text");
  assert.equal(
    help.text,
    `\
Usage: deno task count [options]

Options:
  -h, --help  show this text

Examples:
  # counts to three
  deno task count --to 3

Exit codes:
  0    done
  1    failed; standard error tells why
  2    the command line cannot be followed; nothing was begun
  130  interrupted

Environment:
  TILEWRIGHT_DEBUG  1: an error also tells where it was thrown
  LEVEL             1 to 5: says more`,
  );
});

Deno.test("an error becomes its message and 1", async () => {
  const failing = await printed(() =>
    runCommandLine(read(), () => Promise.reject(new Error("Cannot count: no numbers")))
  );
  assert.deepEqual(failing, { code: 1, out: "", err: "Cannot count: no numbers" });
});
