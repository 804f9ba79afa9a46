import assert from "node:assert/strict";
import { type BenchOptions, parseOptions, SECTIONS } from "./options.ts";

function options(...args: readonly string[]): BenchOptions {
  const parsed = parseOptions(args);
  assert.ok(parsed.kind === "run");
  return parsed.options;
}

Deno.test("everything is measured if nothing else is said, and nothing is written", () => {
  assert.deepEqual(options(), {
    only: SECTIONS,
    rounds: 3,
    steps: 120,
    contestants: [],
    quick: false,
    write: false,
  });
});

Deno.test("a quick run is short unless a length is given", () => {
  const { rounds, steps } = options("--quick", "--rounds", "2");
  assert.deepEqual([rounds, steps], [2, 60]);
});

Deno.test("lists are separated by commas", () => {
  const { only, contestants } = options(
    "--only",
    "peaks,step",
    "--contestants",
    "numpy, tilewright",
  );
  assert.deepEqual([only, contestants], [["peaks", "step"], ["numpy", "tilewright"]]);
});

Deno.test("what cannot be followed is told with what can", () => {
  const textOf = (...args: readonly string[]) => {
    const parsed = parseOptions(args);
    assert.ok(parsed.kind === "text" && parsed.exitCode === 2);
    return parsed.text;
  };
  assert.match(textOf("--only", "steps"), /Sections are step, kernels, scaling, peaks\./);
  assert.match(textOf("--rounds", "0"), /Expected a whole number of at least 1\./);
  assert.match(textOf("--steps", "30"), /Expected a multiple of 20\./);
  assert.match(textOf("--fast"), /Unknown option '--fast'/);
});

Deno.test("help tells every option", () => {
  const parsed = parseOptions(["--help"]);
  assert.ok(parsed.kind === "text" && parsed.exitCode === 0);
  for (const name of ["only", "rounds", "steps", "contestants", "quick", "write"]) {
    assert.match(parsed.text, new RegExp(`--${name}\\b`));
  }
});
