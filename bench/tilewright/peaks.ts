/**
 * Tells what the machine does at most: multiplying and adding, and copying, with one thread and with all.
 *
 * @module
 */
import { parseArgs } from "node:util";
import wabt from "wabt";
import { BYTES_PER_TURN, OPERATIONS_PER_TURN, peakText } from "./peak_loops.ts";
import type { WorkerStart, WorkerTask } from "./peak_worker.ts";
import { tell, tellEnd } from "./tell.ts";

const text = { type: "string" } as const;
const { values } = parseArgs({ options: { threads: text, rounds: text } });
const threads = Number(values.threads ?? 1);
const rounds = Number(values.rounds ?? 1);

const PAGE = 65_536;
/** Copied from one half to the other; more than caches hold. */
const PAGES = 4096;
const HALF_BYTES = PAGE * PAGES / 2;
/** About a tenth of a second of arithmetic. */
const ARITHMETIC_TURNS = 50_000_000;

async function assembled(): Promise<WebAssembly.Module> {
  const { parseWat } = await wabt();
  const features = { threads: true, simd: true, relaxed_simd: true };
  const parsed = parseWat("peaks.wat", peakText(PAGES), features);
  try {
    return new WebAssembly.Module(new Uint8Array(parsed.toBinary({}).buffer));
  } finally {
    parsed.destroy();
  }
}

/** A thread; a message to it is answered when the work is done. */
class Thread {
  readonly #worker = new Worker(new URL("./peak_worker.ts", import.meta.url), { type: "module" });

  send(message: WorkerStart | WorkerTask): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#worker.onmessage = () => resolve();
      this.#worker.onerror = (event) => reject(new Error(event.message));
      this.#worker.postMessage(message);
    });
  }

  end(): void {
    this.#worker.terminate();
  }
}

/** Runs a loop in some threads at once; billions of units per second, all threads together. */
async function rateOf(
  team: readonly Thread[],
  units: number,
  task: (thread: number) => WorkerTask,
): Promise<number> {
  const started = performance.now();
  await Promise.all(team.map((thread, i) => thread.send(task(i))));
  return units / (performance.now() - started) / 1e6;
}

async function measure(all: readonly Thread[], count: number): Promise<void> {
  const team = all.slice(0, count);
  for (const loop of ["fused", "apart"]) {
    const units = count * ARITHMETIC_TURNS * OPERATIONS_PER_TURN;
    const task = { loop, parameters: [ARITHMETIC_TURNS] };
    tell({ kind: "peak", loop, threads: count, rate: await rateOf(team, units, () => task) });
  }
  const turns = Math.floor(2 * HALF_BYTES / BYTES_PER_TURN / count);
  const share = turns * BYTES_PER_TURN / 2;
  const rate = await rateOf(team, count * turns * BYTES_PER_TURN, (thread) => ({
    loop: "copy",
    parameters: [thread * share, HALF_BYTES + thread * share, turns],
  }));
  tell({ kind: "peak", loop: "copy", threads: count, rate });
}

const module = await assembled();
const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: true });
const all = Array.from({ length: threads }, () => new Thread());
await Promise.all(all.map((thread) => thread.send({ module, memory })));
// The best round counts, so the first may compile the loops and touch every page for the first time.
for (let round = 0; round <= rounds; round++) {
  for (const count of new Set([1, threads])) await measure(all, count);
}
all.forEach((thread) => thread.end());
tellEnd();
