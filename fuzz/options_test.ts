import assert from "node:assert/strict";
import { parseFuzzArguments } from "./options.ts";

const optionsOf = (...args: readonly string[]) => {
  const parsed = parseFuzzArguments(args);
  return parsed.kind === "run" ? parsed.options : parsed;
};

Deno.test("without arguments two thousand layers are tried on the CPU", () => {
  assert.deepEqual(optionsOf(), { count: 2000, backend: "wasm", kind: "layer" });
});

Deno.test("every option is understood", () => {
  const args = "--count 5 --seed 0 --path 1:2 --backend all --kind model --minutes 3";
  assert.deepEqual(optionsOf(...args.split(" ")), {
    count: 5,
    seed: 0,
    path: "1:2",
    backend: "all",
    kind: "model",
    minutes: 3,
  });
});

for (
  const [args, message] of [
    ["--count 0", /'--count <n>' argument '0' is invalid. Expected a whole number from 1/],
    ["--seed x", /argument 'x' is invalid/],
    ["--path 1;2", /Expected whole numbers with colons/],
    ["--backend cuda", /Allowed choices are webgpu, wasm, native, all/],
    ["more", /Too many arguments/],
  ] as const
) {
  Deno.test(`${args} is refused`, () => {
    const parsed = parseFuzzArguments(args.split(" "));
    assert.ok(parsed.kind === "text");
    assert.equal(parsed.exitCode, 2);
    assert.match(parsed.text, message);
  });
}

Deno.test("the help names every option", () => {
  const parsed = parseFuzzArguments(["--help"]);
  assert.ok(parsed.kind === "text");
  assert.equal(parsed.exitCode, 0);
  for (const option of ["count", "seed", "path", "backend", "kind", "minutes"]) {
    assert.match(parsed.text, new RegExp(`--${option} `));
  }
});

Deno.test("a path without the seed of its run is refused", () => {
  const parsed = parseFuzzArguments(["--path", "1:2"]);
  assert.ok(parsed.kind === "text" && parsed.exitCode === 2);
  assert.match(parsed.text, /'--path <path>' needs the '--seed <n>'/);
});
