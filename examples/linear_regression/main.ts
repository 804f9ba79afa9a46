/**
 * `deno task regression`: the smallest whole program. It draws points around a known plane, and finds the
 * plane again by gradient descent with the generated kernels.
 *
 * @module
 */
import { linearRegression } from "../../generated/linear_regression/linear_regression.ts";
import { openBackend } from "../../runtime/open_backend.ts";
import { initialiseModule } from "../../runtime/parameters.ts";
import { fillNormal } from "../../runtime/random.ts";

/** The plane that the points lie around: target = 3·x₀ − 2·x₁ + 0.5, with noise of deviation 0.1. */
const PLANE = { W: [3, -2], b: 0.5, noise: 0.1 } as const;
const B = 64, STEPS = 100;

/** The points of one step; they depend on its number only. */
function points(
  step: number,
): { readonly x: Float32Array<ArrayBuffer>; readonly target: Float32Array<ArrayBuffer> } {
  const x = fillNormal(new Float32Array(2 * B), { seed: step, name: "x" }, 0, 1);
  const noise = fillNormal(new Float32Array(B), { seed: step, name: "noise" }, 0, PLANE.noise);
  const target = noise.map((own, i) =>
    PLANE.W[0] * (x[2 * i] ?? NaN) + PLANE.W[1] * (x[2 * i + 1] ?? NaN) + PLANE.b + own
  );
  return { x, target };
}

if (import.meta.main) {
  const { backend, reason } = await openBackend({ backend: "wasm" });
  console.log(`${reason}.`);
  const model = await backend.load(linearRegression, { B });
  initialiseModule(model, { B }, 1);
  for (let step = 1; step <= STEPS; step++) {
    const { x, target } = points(step);
    model.write("x", x);
    model.write("target", target);
    model.write("loss_total", new Float32Array(1));
    model.run("step", { B });
    if (step === 1 || step % 20 === 0) {
      const [total = NaN] = await model.read("loss_total");
      console.log(`step ${String(step).padStart(3)}  mean loss ${(total / B).toFixed(4)}`);
    }
  }
  const [w0 = NaN, w1 = NaN] = await model.read("l1.W");
  const [b = NaN] = await model.read("l1.b");
  console.log(`found W = [${w0.toFixed(2)}, ${w1.toFixed(2)}], b = ${b.toFixed(2)}`);
  console.log(`drawn from W = [${PLANE.W.join(", ")}], b = ${PLANE.b}`);
  await backend.dispose();
}
