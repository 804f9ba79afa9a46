import assert from "node:assert/strict";
import { Command } from "commander";
import { readCommandLine, runCommandLine } from "./command_line.ts";
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

Deno.test("an error becomes its message and 1", async () => {
  const failing = await printed(() =>
    runCommandLine(read(), () => Promise.reject(new Error("Cannot count: no numbers")))
  );
  assert.deepEqual(failing, { code: 1, out: "", err: "Cannot count: no numbers" });
});
