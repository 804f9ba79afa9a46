/**
 * `deno task transformer`: trains a small transformer on sums in words, and lets it complete some.
 *
 * @module
 */
import { tinyTransformer } from "../../generated/tiny_transformer/tiny_transformer.ts";
import type { LoadedModule } from "../../runtime/backend.ts";
import { openBackend } from "../../runtime/open_backend.ts";
import { initialiseModule } from "../../runtime/parameters.ts";
import { fillUniform } from "../../runtime/random.ts";
import { CHARACTERS, PLACES } from "./sizes.ts";
import { decode, encode, sumOf, writeText } from "./text.ts";

const B = 16, SEED = 1;
type Model = LoadedModule<typeof tinyTransformer>;

/** Takes a step with texts from random places; its number decides which. */
function takeStep(model: Model, text: readonly number[], step: number): void {
  const places = fillUniform(
    new Float32Array(B),
    { seed: SEED, name: `step ${step}` },
    0,
    text.length - PLACES - 1,
  );
  const from = (shift: number) =>
    Uint32Array.from(
      { length: B * PLACES },
      (_, i) => text[Math.floor(places[Math.floor(i / PLACES)] ?? 0) + i % PLACES + shift] ?? 0,
    );
  model.write("token", from(0));
  model.write("next", from(1));
  model.run("step", { B, step });
}

/** Totals over samples since they were read last. */
async function takeTotals(model: Model): Promise<{ loss: number; accuracy: number }> {
  const [loss = NaN] = await model.read("loss_total");
  const [accuracy = NaN] = await model.read("accuracy_total");
  model.write("loss_total", new Float32Array(1));
  model.write("accuracy_total", new Float32Array(1));
  return { loss, accuracy };
}

/** Completes a text, always with the most likely character, up to a full stop. */
async function complete(model: Model, start: string): Promise<string> {
  const tokens = encode(start);
  while (tokens.length < PLACES) {
    const seen = new Uint32Array(PLACES);
    seen.set(tokens);
    model.write("token", seen);
    model.run("predict", { B: 1 });
    const logits = await model.read("logits");
    const last = logits.subarray((tokens.length - 1) * CHARACTERS, tokens.length * CHARACTERS);
    const best = last.indexOf(Math.max(...last));
    tokens.push(best);
    if (decode([best]) === ".") break;
  }
  return decode(tokens.slice(start.length));
}

/** How well a model does. */
interface Outcome {
  /** Mean loss of the last steps. */
  readonly loss: number;
  /** Which part of all sums is completed correctly. */
  readonly right: number;
}

/** Trains for some steps, and lets the model complete all sums. */
export async function trainTransformer(steps: number): Promise<Outcome> {
  const { backend, reason } = await openBackend({ backend: "wasm" });
  console.log(`${reason}.`);
  const model = await backend.load(tinyTransformer, { B });
  initialiseModule(model, { B }, SEED);
  const text = encode(writeText(100_000, SEED));
  const every = 100;
  let loss = NaN;
  for (let step = 1; step <= steps; step++) {
    takeStep(model, text, step);
    if (step % every !== 0) continue;
    const totals = await takeTotals(model);
    loss = totals.loss / every / B;
    const part = totals.accuracy / every / B;
    console.log(
      `step ${String(step).padStart(4)}  loss ${loss.toFixed(3)}  characters ${
        (100 * part).toFixed(1)
      } %`,
    );
  }
  let right = 0;
  for (let sum = 0; sum < 100; sum++) {
    const { start, end } = sumOf(Math.floor(sum / 10), sum % 10);
    const found = await complete(model, start);
    if (`${found} ` === end) right++;
    if (sum % 23 === 0) console.log(`${start}→ ${found}`);
  }
  console.log(`${right} of 100 sums are right`);
  await backend.dispose();
  return { loss, right: right / 100 };
}

if (import.meta.main) await trainTransformer(Number(Deno.args[0] ?? 2500));
