import assert from "node:assert/strict";
import { parseOptions } from "./options.ts";

const parse = (...args: readonly string[]) => parseOptions("deno task test", "Runs tests.", args);

Deno.test("a GPU, a browser or a C compiler is required where that is asked", () => {
  const options = (...args: readonly string[]) => {
    const line = parse(...args);
    assert.ok(line.kind === "run");
    return line.options;
  };
  assert.deepEqual(options(), {});
  assert.deepEqual(options("--require-webgpu"), { requireWebgpu: true });
  assert.deepEqual(options("--require-browser"), { requireBrowser: true });
  assert.deepEqual(options("--require-native", "--sanitize"), {
    requireNative: true,
    sanitize: true,
  });
});

Deno.test("help runs nothing", () => {
  const parsed = parse("--help");
  assert.ok(parsed.kind === "text" && parsed.exitCode === 0);
  assert.match(parsed.text, /^Usage: deno task test \[options\]\n\nRuns tests\.\n/);
  assert.match(parsed.text, /--require-webgpu /);
});

Deno.test("what is not known is refused", () => {
  for (const word of ["--webgpu", "runtime"]) {
    const parsed = parse(word);
    assert.ok(parsed.kind === "text" && parsed.exitCode === 2, word);
    assert.match(parsed.text, /^(Unknown option|Too many)/);
  }
});
