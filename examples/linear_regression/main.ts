/**
 * `deno task regression`: the smallest whole program. It draws points around a known plane, and finds the
 * plane again by gradient descent with the generated kernels.
 *
 * Exit codes: 0 done, 1 failed, 2 the command line cannot be followed.
 *
 * @module
 */
import { runCommandLine } from "../../commands/command_line.ts";
import { nameVulkanFolder } from "../../commands/vulkan_folder.ts";
import { linearRegression } from "../../generated/linear_regression/linear_regression.ts";
import type { Backend } from "../../runtime/backend.ts";
import { openBackend } from "../../runtime/open_backend.ts";
import { initialiseModule } from "../../runtime/parameters.ts";
import { fillNormal } from "../../runtime/random.ts";
import type { StepOptions } from "../shared_options.ts";
import { parseRegressionArguments } from "./options.ts";

/** The plane that the points lie around: target = 3·x₀ − 2·x₁ + 0.5, with noise of deviation 0.1. */
const PLANE = { W: [3, -2], b: 0.5, noise: 0.1 } as const;

/** The points of one step. */
interface Points {
  readonly x: Float32Array<ArrayBuffer>;
  readonly target: Float32Array<ArrayBuffer>;
}

/** Draws the points of one step; seed and number of the step decide which. */
function points({ batch: B, seed }: StepOptions, step: number): Points {
  const x = fillNormal(new Float32Array(2 * B), { seed, name: `x ${step}` }, 0, 1);
  const noise = fillNormal(new Float32Array(B), { seed, name: `noise ${step}` }, 0, PLANE.noise);
  const target = noise.map((own, i) =>
    PLANE.W[0] * (x[2 * i] ?? NaN) + PLANE.W[1] * (x[2 * i + 1] ?? NaN) + PLANE.b + own
  );
  return { x, target };
}

async function findPlane(backend: Backend, options: StepOptions): Promise<void> {
  const { batch: B, seed, steps } = options;
  const model = await backend.load(linearRegression, { B });
  initialiseModule(model, { B }, seed);
  for (let step = 1; step <= steps; step++) {
    const { x, target } = points(options, step);
    model.write("x", x);
    model.write("target", target);
    model.write("loss_total", new Float32Array(1));
    model.run("step", { B });
    if (step === 1 || step % 20 === 0 || step === steps) {
      const [total = NaN] = await model.read("loss_total");
      console.log(`step ${String(step).padStart(3)}  mean loss ${(total / B).toFixed(4)}`);
    }
  }
  const [w0 = NaN, w1 = NaN] = await model.read("l1.W");
  const [b = NaN] = await model.read("l1.b");
  console.log(`found W = [${w0.toFixed(2)}, ${w1.toFixed(2)}], b = ${b.toFixed(2)}`);
  console.log(`drawn from W = [${PLANE.W.join(", ")}], b = ${PLANE.b}`);
}

/** Runs the command; returns its exit code. */
function main(args: readonly string[]): Promise<number> {
  nameVulkanFolder();
  return runCommandLine(parseRegressionArguments(args), async (options) => {
    const { backend, reason } = await openBackend(options);
    try {
      console.log(`${reason}.`);
      await findPlane(backend, options);
    } finally {
      await backend.dispose();
    }
    return 0;
  });
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
