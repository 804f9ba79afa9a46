/**
 * `deno task transformer`: trains a small transformer on sums in words, and lets it complete some.
 *
 * Exit codes: 0 done, 1 failed, 2 the command line cannot be followed.
 *
 * @module
 */
import { runCommandLine } from "../../commands/command_line.ts";
import { nameVulkanFolder } from "../../commands/vulkan_folder.ts";
import { tinyTransformer } from "../../generated/tiny_transformer/tiny_transformer.ts";
import type { LoadedModule } from "../../runtime/backend.ts";
import { openBackend } from "../../runtime/open_backend.ts";
import { initialiseModule } from "../../runtime/parameters.ts";
import { fillUniform } from "../../runtime/random.ts";
import type { StepOptions } from "../shared_options.ts";
import { parseTransformerArguments } from "./options.ts";
import { CHARACTERS, PLACES } from "./sizes.ts";
import { decode, encode, sumOf, writeText } from "./text.ts";

const STEPS_BETWEEN_LINES = 100;
type Model = LoadedModule<typeof tinyTransformer>;

/** Takes a step with texts from random places; seed and number of the step decide which. */
function takeStep(
  model: Model,
  text: readonly number[],
  { batch: B, seed }: StepOptions,
  step: number,
): void {
  const places = fillUniform(
    new Float32Array(B),
    { seed, name: `step ${step}` },
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
export async function trainTransformer(options: StepOptions): Promise<Outcome> {
  const { batch: B, seed } = options;
  const { backend, reason } = await openBackend(options);
  try {
    console.log(`${reason}.`);
    const model = await backend.load(tinyTransformer, { B });
    initialiseModule(model, { B }, seed);
    const loss = await train(model, options);
    return { loss, right: await countRight(model) };
  } finally {
    await backend.dispose();
  }
}

/** Takes all steps, tells now and then how well it goes, and returns the mean loss told last. */
async function train(model: Model, options: StepOptions): Promise<number> {
  const { batch, seed, steps } = options;
  const text = encode(writeText(100_000, seed));
  let loss = NaN, told = 0;
  for (let step = 1; step <= steps; step++) {
    takeStep(model, text, options, step);
    if (step % STEPS_BETWEEN_LINES !== 0 && step !== steps) continue;
    const totals = await takeTotals(model);
    const samples = (step - told) * batch;
    told = step;
    loss = totals.loss / samples;
    console.log(
      `step ${String(step).padStart(4)}  loss ${loss.toFixed(3)}  characters ${
        (100 * totals.accuracy / samples).toFixed(1)
      } %`,
    );
  }
  return loss;
}

/** Completes all sums, shows some of them, and returns which part of all is right. */
async function countRight(model: Model): Promise<number> {
  let right = 0;
  for (let sum = 0; sum < 100; sum++) {
    const { start, end } = sumOf(Math.floor(sum / 10), sum % 10);
    const found = await complete(model, start);
    if (`${found} ` === end) right++;
    if (sum % 23 === 0) console.log(`${start}→ ${found}`);
  }
  console.log(`${right} of 100 sums are right`);
  return right / 100;
}

/** Runs the command; returns its exit code. */
function main(args: readonly string[]): Promise<number> {
  nameVulkanFolder();
  return runCommandLine(parseTransformerArguments(args), async (options) => {
    await trainTransformer(options);
    return 0;
  });
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
