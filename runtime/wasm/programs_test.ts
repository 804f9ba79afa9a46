import assert from "node:assert/strict";

const pathOf = (file: string): string => new URL(file, import.meta.url).pathname;

const FORGETFUL = pathOf("../testing/forgetful_program.ts");
/** Reading is all that a program with threads must be allowed. */
const READ = ["--no-prompt", "--allow-read"];

/** Starts a program that disposes of nothing. */
function start(how: string, permissions = READ): Deno.ChildProcess {
  return startProgram([...permissions, "--v8-flags=--expose-gc", FORGETFUL, how]);
}

/** Starts a program; it is killed after ten seconds. */
function startProgram(args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", ...args],
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(10_000),
  }).spawn();
}

async function outcome(child: Deno.ChildProcess) {
  const { code, signal, stdout, stderr } = await child.output();
  return { code, signal, out: text(stdout), err: text(stderr) };
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

Deno.test("a program ends by itself although it disposed of nothing", async () => {
  const ended = await outcome(start("end"));
  assert.deepEqual(ended, { code: 0, signal: null, out: "ready\n", err: "" });
});

Deno.test("a program ends although its threads have failed", async () => {
  const ended = await outcome(start("fail"));
  assert.deepEqual(ended, { code: 0, signal: null, out: "failed\nready\n", err: "" });
});

Deno.test("an exception ends a program whose threads are asleep", async () => {
  const { code, err } = await outcome(start("throw"));
  assert.equal(code, 1);
  assert.match(err, /Error: as asked/);
});

Deno.test("a program exits with its code whatever its threads do", async () => {
  assert.equal((await outcome(start("exit"))).code, 3);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`${signal} ends a program whose threads are asleep`, async () => {
    const child = start("wait");
    const reader = child.stdout.getReader();
    assert.equal(text((await reader.read()).value ?? new Uint8Array()), "ready\n");
    reader.releaseLock();
    child.kill(signal);
    assert.equal((await outcome(child)).signal, signal);
  });
}

Deno.test("the threads of modules that were dropped end", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  const { code, out, err } = await outcome(start("drop", ["--allow-all"]));
  assert.deepEqual({ code, out, err }, { code: 0, out: "0 more threads\nready\n", err: "" });
});

Deno.test("a page's workers do the work where there are no threads of Node's", async () => {
  const { code, out, err } = await outcome(
    startProgram([...READ, pathOf("../testing/web_program.ts")]),
  );
  assert.deepEqual({ code, err }, { code: 0, err: "" });
  assert.match(out, /^3 100\nProgram "fail" .* stopped .*: divide by zero, on thread 2; run .*\n$/);
});

Deno.test("where no thread may be started there is one, and the reason is told", async () => {
  const folder = (path: string): string => pathOf(path).replace(/\/$/, "");
  const { code, out } = await outcome(
    startProgram([
      "--no-prompt",
      `--allow-read=${folder("../../node_modules")}`,
      FORGETFUL,
      "tell",
    ]),
  );
  assert.equal(code, 0);
  assert.match(out, /^1: .*, on one thread because no other starts \(.*worker\.ts.*\)\nready\n$/);
});
