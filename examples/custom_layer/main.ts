/**
 * `deno task custom`: trains the model of {@link ./spec.ts} to draw a wave that it has seen half of.
 *
 * Its modules are generated into a folder of its own:
 * `deno task gen examples/custom_layer/spec.ts --out examples/custom_layer/generated`.
 *
 * Exit codes: 0 done, 1 failed, 2 the command line cannot be followed.
 *
 * @module
 */
import { runCommandLine } from "../../commands/command_line.ts";
import { nameVulkanFolder } from "../../commands/vulkan_folder.ts";
import type { Backend } from "../../runtime/backend.ts";
import { openBackend } from "../../runtime/open_backend.ts";
import { initialiseModule } from "../../runtime/parameters.ts";
import { fillUniform } from "../../runtime/random.ts";
import type { StepOptions } from "../shared_options.ts";
import { waves } from "./generated/waves/waves.ts";
import { parseCustomArguments } from "./options.ts";

/** Where the samples lie. */
const RANGE = 3;

const wave = (x: number): number => Math.sin(2 * x) + 0.3 * x;

async function drawWave(backend: Backend, options: StepOptions): Promise<void> {
  const { batch: B, seed, steps } = options;
  const model = await backend.load(waves, { B });
  initialiseModule(model, { B }, seed);
  for (let step = 1; step <= steps; step++) {
    const x = fillUniform(new Float32Array(B), { seed, name: `x ${step}` }, -RANGE, RANGE);
    model.write("x", x);
    model.write("target", x.map(wave));
    model.write("loss_total", new Float32Array(1));
    model.run("step", { B, step });
    if (step === 1 || step % 300 === 0 || step === steps) {
      const [total = NaN] = await model.read("loss_total");
      console.log(`step ${String(step).padStart(4)}  mean loss ${(total / B).toFixed(5)}`);
    }
  }
  const x = Float32Array.of(-2.5, -1, 0, 1, 2.5);
  model.write("x", x);
  model.run("predict", { B: x.length });
  const y = await model.read("y");
  x.forEach((at, i) =>
    console.log(
      `at ${at.toFixed(1).padStart(4)}: ${(y[i] ?? NaN).toFixed(2).padStart(5)}, wanted ${
        wave(at).toFixed(2).padStart(5)
      }`,
    )
  );
}

/** Runs the command; returns its exit code. */
function main(args: readonly string[]): Promise<number> {
  nameVulkanFolder();
  return runCommandLine(parseCustomArguments(args), async (options) => {
    const { backend, reason } = await openBackend(options);
    try {
      console.log(`${reason}.`);
      await drawWave(backend, options);
    } finally {
      await backend.dispose();
    }
    return 0;
  });
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
