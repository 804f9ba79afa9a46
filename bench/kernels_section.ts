/**
 * Measures single matrix products.
 *
 * @module
 */
import type { BackendName } from "../runtime/backend.ts";
import type { ChildCommand, ChildOutcome } from "./child.ts";
import { messagesOf } from "./messages.ts";
import { GENERATED, peerScript, pythonScript, tilewrightScript } from "./places.ts";
import { megaFlop, type Product, SQUARE_PRODUCTS, STEP_PRODUCTS } from "./products.ts";
import type { KernelResults, KernelRow } from "./results.ts";
import { inRounds } from "./rounds.ts";
import type { Session } from "./session.ts";
import { median } from "./statistics.ts";

/** A contestant. */
export interface KernelContestant {
  readonly id: string;
  /** As tables call it. */
  readonly name: string;
  readonly engine: "tilewright" | "jax-js" | "tfjs" | "NumPy";
  readonly device: BackendName | "cpu";
  /** 0 where the engine decides. */
  readonly threads: number;
  /** Larger products would take it too long. */
  readonly mostMegaFlop: number;
}

const SECONDS_ALLOWED = 180;

/** All contestants on a machine with so many cores. */
export function kernelContestants(cores: number): readonly KernelContestant[] {
  const threads = [...new Set([1, cores])];
  const member = (
    engine: KernelContestant["engine"],
    device: KernelContestant["device"],
    count: number,
    mostMegaFlop: number,
  ): KernelContestant => ({
    id: [engine.toLowerCase(), ...(device === "cpu" ? [] : [device]), count || []].flat().join("-"),
    name: device === "cpu" ? engine : `${engine}, ${device}`,
    engine,
    device,
    threads: count,
    mostMegaFlop,
  });
  return [
    ...threads.map((count) => member("tilewright", "native", count, Infinity)),
    ...threads.map((count) => member("tilewright", "wasm", count, Infinity)),
    ...threads.map((count) => member("NumPy", "cpu", count, Infinity)),
    member("jax-js", "wasm", 0, Infinity),
    member("tfjs", "wasm", 0, 3000),
    member("tilewright", "webgpu", 0, 3000),
    member("jax-js", "webgpu", 0, 300),
    member("tfjs", "webgpu", 0, 300),
  ];
}

function kernelCommand(
  contestant: KernelContestant,
  products: readonly Product[],
  seconds: number,
  python: string,
): ChildCommand {
  const { engine, device, threads } = contestant;
  const what = ["--products", JSON.stringify(products), "--seconds", `${seconds}`];
  switch (engine) {
    case "tilewright": {
      const args = ["--folder", GENERATED.derived, "--device", device];
      return tilewrightScript("products.ts", [...args, "--threads", `${threads || 1}`, ...what]);
    }
    case "jax-js":
      return peerScript("jax_js_products.js", ["--device", device, ...what]);
    case "tfjs":
      return peerScript("tfjs_products.js", ["--device", device, ...what]);
    case "NumPy":
      return pythonScript(python, "numpy_products.py", threads, what);
  }
}

/** Gives every contestant its turns, each with all products that are not too large for it. */
export async function measureKernels(
  session: Session,
  contestants: readonly KernelContestant[],
  python: string,
): Promise<KernelResults> {
  const { rounds, quick } = session.options;
  const squares = quick ? SQUARE_PRODUCTS.slice(0, 4) : SQUARE_PRODUCTS;
  const all = [...STEP_PRODUCTS, ...squares];
  const outcomes = await inRounds(contestants, rounds, (contestant, round) => {
    const products = all.filter((product) => megaFlop(product) <= contestant.mostMegaFlop);
    const command = kernelCommand(contestant, products, quick ? 0.05 : 0.15, python);
    return session.run(`kernels ${round}/${rounds}: ${contestant.id}`, command, SECONDS_ALLOWED);
  });
  return {
    columns: contestants.map(({ id, name, threads }) => {
      const failure = outcomes.get(id)?.find(({ ok }) => !ok);
      return { id, name, threads, why: failure?.ok === false ? failure.why : "" };
    }),
    rows: [
      ...STEP_PRODUCTS.map((product) => kernelRow(product, "step", outcomes)),
      ...squares.map((product) => kernelRow(product, "square", outcomes)),
    ],
  };
}

/** The times of one product over all turns that went well. */
export function kernelRow(
  product: Product,
  group: KernelRow["group"],
  outcomes: ReadonlyMap<string, readonly ChildOutcome[]>,
): KernelRow {
  const milliseconds = [...outcomes].flatMap(([id, turns]) => {
    const told = turns.filter(({ ok }) => ok)
      .flatMap(({ messages }) => messagesOf(messages, "product"))
      .filter(({ name }) => name === product.name);
    if (told.length === 0) return [];
    const summary = {
      median: median(told.map((each) => each.median)),
      minimum: Math.min(...told.map(({ best }) => best)),
      samples: told.reduce((sum, { calls }) => sum + calls, 0),
    };
    return [[id, summary] as const];
  });
  return {
    name: product.name,
    group,
    megaFlop: megaFlop(product),
    milliseconds: Object.fromEntries(milliseconds),
  };
}
