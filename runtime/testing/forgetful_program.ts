/**
 * A program that never disposes of anything, to see how it ends. Its argument says how it should:
 *
 * - `end`: by having nothing more to do
 * - `throw`: by an exception
 * - `exit`: by asking for exit code 3
 * - `fail`: like `end`, after a thread has failed
 * - `tell`: like `end`, after it has told what it ran on
 * - `wait`: not at all
 * - `drop`: like `end`, after it has dropped ten modules and told how many threads they left
 *
 * @module
 */
import { openWasm } from "../wasm/backend.ts";
import { sharing } from "./threaded_module.ts";

const B = 100;
const backend = await openWasm({ threads: 3 });

async function loadAndRun(): Promise<void> {
  const module = await backend.load(sharing(), { B });
  module.run("sum", { B });
}

/** Threads of this process; the system tells. */
function threads(): number {
  return [...Deno.readDirSync("/proc/self/task")].length;
}

/** Threads that are there after ten modules were loaded and dropped, and were not before. */
async function threadsOfDropped(): Promise<number> {
  const before = threads();
  for (let i = 0; i < 10; i++) await loadAndRun();
  for (let waited = 0; waited < 50 && threads() > before; waited++) {
    // Exposed by a flag of the engine that the test gives.
    (globalThis as { gc?: () => void }).gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return Math.max(0, threads() - before);
}

await loadAndRun();
switch (Deno.args[0]) {
  case "throw":
    throw new Error("as asked");
  case "exit":
    Deno.exit(3);
    break;
  case "fail": {
    const module = await backend.load(sharing(), { B });
    try {
      module.run("fail", { B, on: 1 });
    } catch {
      console.log("failed");
    }
    break;
  }
  case "tell":
    console.log(`${backend.info.threads}: ${backend.info.adapter}`);
    break;
  case "wait":
    setInterval(() => {}, 1_000);
    break;
  case "drop":
    console.log(`${await threadsOfDropped()} more threads`);
}
console.log("ready");
