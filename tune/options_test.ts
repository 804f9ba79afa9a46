import assert from "node:assert/strict";
import { DEFAULT_OUT, parseTuneArguments } from "./options.ts";

function textOf(...args: readonly string[]) {
  const parsed = parseTuneArguments(args);
  assert.ok(parsed.kind === "text");
  return parsed;
}

Deno.test("without options everything of the shared model is tuned, for two minutes", () => {
  const parsed = parseTuneArguments([]);
  assert.ok(parsed.kind === "run");
  assert.deepEqual({ ...parsed.options }, {
    model: "shared",
    batch: 100,
    budget: 120,
    out: DEFAULT_OUT,
  });
});

Deno.test("help names every option and is no error", () => {
  const { text, exitCode } = textOf("--help");
  assert.equal(exitCode, 0);
  for (const option of ["--model", "--batch", "--kernels", "--budget", "--out"]) {
    assert.ok(text.includes(option), option);
  }
});

Deno.test("what cannot be followed is told and is an error", () => {
  assert.match(textOf("--model", "third").text, /Allowed choices are shared, original/);
  assert.match(textOf("--budget", "0").text, /a whole number of at least 1/);
  assert.match(textOf("--budgt", "1").text, /Unknown option '--budgt'/);
  assert.equal(textOf("--budget", "soon").exitCode, 2);
});
