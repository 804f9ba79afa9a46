import assert from "node:assert/strict";
import { plainEnvironment, readOutcome, runChild } from "./child.ts";

const END = '{"kind":"end","peakMiB":90}';
const ending = { code: 0, stopped: false, secondsAllowed: 9 };

Deno.test("a process that says its last message is believed, whatever its exit code", () => {
  const outcome = readOutcome(["banner", END], ["driver crashed at exit"], {
    ...ending,
    code: 134,
  });
  assert.deepEqual(outcome, { ok: true, messages: [{ kind: "end", peakMiB: 90 }] });
});

Deno.test("a process that breaks off is told with the end of its errors", () => {
  const stderr = ["error: Uncaught", "LinkError: an import is missing", "    at load", ""];
  assert.deepEqual(readOutcome([], stderr, { ...ending, code: 1 }), {
    ok: false,
    messages: [],
    why: "It ended with code 1: LinkError: an import is missing",
  });
  const plain = readOutcome([], ["1", "2", "3", "Killed"], { ...ending, code: 137 });
  assert.ok(!plain.ok);
  assert.equal(plain.why, "It ended with code 137: 2 3 Killed");
  const outcome = readOutcome([], [], { ...ending, code: 143, stopped: true });
  assert.ok(!outcome.ok);
  assert.equal(outcome.why, "It took more than 9 s.");
});

Deno.test("a message that lacks a field fails its contestant alone", () => {
  const outcome = readOutcome(['{"kind":"end"}'], [], ending);
  assert.ok(!outcome.ok);
  assert.match(outcome.why, /^Cannot read a message "end"/);
});

Deno.test("variables that tune numerical libraries are not handed on", () => {
  const all = { PATH: "/bin", OPENBLAS_CORETYPE: "Haswell", OMP_NUM_THREADS: "1", DENO_DIR: "/d" };
  assert.deepEqual(plainEnvironment(all), { PATH: "/bin", DENO_DIR: "/d" });
});

Deno.test("a process runs with its own variables, and one that takes too long is stopped", async () => {
  const program = Deno.execPath();
  const script =
    `console.log(JSON.stringify({ kind: "end", peakMiB: Number(Deno.env.get("MIB")) }))`;
  const evaluated = (text: string) => ({ program, args: ["eval", text], env: { MIB: "7" } });
  assert.deepEqual(await runChild(evaluated(script), 60), {
    ok: true,
    messages: [{ kind: "end", peakMiB: 7 }],
  });
  const endless = await runChild(evaluated("setInterval(() => {}, 1000)"), 0.5);
  assert.ok(!endless.ok);
  assert.equal(endless.why, "It took more than 0.5 s.");
});

Deno.test("a program that is not there is a reason, not an error", async () => {
  const outcome = await runChild({ program: "no_such_program", args: [] }, 1);
  assert.deepEqual(outcome, { ok: false, messages: [], why: "no_such_program is not installed." });
});
