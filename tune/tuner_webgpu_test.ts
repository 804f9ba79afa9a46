import assert from "node:assert/strict";
import { biasRelu, moduleOf, product } from "../codegen/kernel/sample_kernels.ts";
import { findAdapter, platformGpu } from "../runtime/webgpu/adapter.ts";
import { openWebgpu, type WebgpuBackend } from "../runtime/webgpu/backend.ts";
import type { TunedSchedules } from "../runtime/webgpu/tuned.ts";
import { type Candidate, candidate, type Task, tunedKernel } from "./candidates.ts";
import { merged, storedKernel } from "./store.ts";
import { tune, type Tuning } from "./tuner.ts";
import { RUN, tuningModule } from "./tuning_module.ts";

const search = await findAdapter(platformGpu());
const ignore = !(search.found && search.adapter.features.has("timestamp-query"));

const DIMS = { B: 9 };

/** A product with a schedule that forgets the last steps of the sum, and with a right one. */
function task(): Task {
  const kernel = product({ layout: "NT", sizes: [{ name: "B" }, 12, 16], epilogue: biasRelu });
  const module = moduleOf([kernel], { callDims: ["B"] });
  const [program] = module.programs;
  assert.ok(program);
  const { schedule } = kernel;
  assert.equal(schedule.frame, "contract");
  const tuned = tunedKernel(module, { program, kernel, at: 0 });
  const right = candidate(tuned, schedule.tilings.vector, "right", true);
  const candidates = [changed(right, "k < 16u", "k < 12u"), right];
  return { ...tuned, name: "run/product", flops: 2 * 9 * 12 * 16, candidates };
}

/** A candidate with a slip in its text. */
function changed(right: Candidate, found: string, put: string): Candidate {
  const launches = right.launches.map((launch) => {
    assert.ok(launch.source.includes(found), launch.source);
    return { ...launch, source: launch.source.replace(found, put) };
  });
  return { ...right, schedule: "wrong", isDefault: false, launches };
}

async function withBackend(
  test: (backend: WebgpuBackend) => Promise<void>,
  tuned?: TunedSchedules,
): Promise<void> {
  const backend = await openWebgpu({ profile: true, ...(tuned === undefined ? {} : { tuned }) });
  try {
    await test(backend);
  } finally {
    await backend.dispose();
  }
}

Deno.test(
  "a wrong schedule is refused, the right one is timed, kept, and serves a backend",
  {
    ignore,
  },
  async () => {
    let tuning: Tuning | undefined;
    let file: TunedSchedules | undefined;
    await withBackend(async (backend) => {
      tuning = await tune(backend, task(), DIMS, 0.2);
      const kernel = await storedKernel(tuning);
      assert.ok(kernel);
      file = merged(undefined, backend.machine, [kernel]);
      const { created, destroyed } = backend.buffers;
      assert.equal(created, destroyed);
    });
    const [best, last] = tuning?.trials ?? [];
    assert.equal(best?.candidate.schedule, "right");
    assert.ok((best?.milliseconds ?? 0) > 0);
    assert.equal(last?.candidate.schedule, "wrong");
    assert.match(last?.refused ?? "", /^its y\[\d+\] is -?[\d.]+, the plain twin's is/);
    assert.ok(file);
    // A mark in the text shows that the stored one runs: nothing is ever negative behind a ReLU.
    const marked = {
      ...file,
      kernels: file.kernels.map((kernel) => ({
        ...kernel,
        launches: kernel.launches.map((launch) => ({
          ...launch,
          source: launch.source.replace("max(acc", "-1.0 - max(acc"),
        })),
      })),
    };
    assert.equal(await largestResult(marked), -1);
    const elsewhere = { ...marked, machine: { ...marked.machine, adapter: "another GPU" } };
    assert.ok(await largestResult(elsewhere) >= 0);
  },
);

/** The largest result of the product, for operands of which all products are negative. */
async function largestResult(tuned: TunedSchedules): Promise<number> {
  let largest = -Infinity;
  await withBackend(async (backend) => {
    const module = await backend.load(tuningModule(task(), { launches: [] }), DIMS);
    module.write("x", new Float32Array(9 * 16).fill(1));
    module.write("w", new Float32Array(12 * 16).fill(-1));
    module.write("bias", new Float32Array(12));
    module.run(RUN, DIMS);
    largest = Math.max(...await module.read("y"));
    const isHere = tuned.machine.adapter === backend.info.adapter;
    assert.match(backend.schedules, isHere ? /1 kernels chosen by timing/ : /on another GPU/);
  }, tuned);
  return largest;
}
