/**
 * `deno task tune`: finds by timing which schedules are the fastest on this machine.
 *
 * Exit codes: 0 done, 1 failed, 2 the command line cannot be followed.
 *
 * @module
 */
import { dirname } from "node:path";
import { compile } from "../codegen/pipeline.ts";
import { runCommandLine, UsageError } from "../commands/command_line.ts";
import { didYouMean } from "../commands/nearest.ts";
import { requireOutputFolder, requireOutputPath } from "../commands/output_path.ts";
import { nameVulkanFolder } from "../commands/vulkan_folder.ts";
import { mnistOriginal, mnistShared } from "../examples/mnist/spec.ts";
import { openWebgpu, type WebgpuBackend } from "../runtime/webgpu/backend.ts";
import { machineKind } from "../runtime/webgpu/choose_schedule.ts";
import type { StoredKernel } from "../runtime/webgpu/tuned.ts";
import { type Task, tasksOf } from "./candidates.ts";
import { parseTuneArguments, type TuneOptions } from "./options.ts";
import { gainText, gflopsOf, tuningTable } from "./report.ts";
import { store, storedKernel } from "./store.ts";
import { sharesOf, tune, type Tuning } from "./tuner.ts";

const MODELS = { shared: mnistShared, original: mnistOriginal } as const;

/** Runs the command; returns its exit code. */
function main(args: readonly string[]): Promise<number> {
  nameVulkanFolder();
  return runCommandLine(parseTuneArguments(args), async (options) => {
    requireContractions(options);
    await requireOut(options.out);
    const backend = await openWebgpu({ profile: true });
    try {
      await tuneModel(backend, options);
    } finally {
      await backend.dispose();
    }
    return 0;
  });
}

/** Refuses names of kernels that the model has not. */
function requireContractions({ model, batch, kernels = [] }: TuneOptions): void {
  const declaration = MODELS[model];
  const dims = { ...declaration.typical, B: batch };
  const compilation = compile(declaration);
  const named = (...wanted: readonly string[]) => tasksOf(compilation, dims, "vector", wanted);
  const unknown = kernels.find((name) => named(name).length === 0);
  if (unknown === undefined) return;
  const names = named().map(({ kernel }) => kernel.name);
  throw new UsageError(
    `Cannot tune ${unknown}: ${declaration.name} has the contractions ${names.join(", ")}.${
      didYouMean(unknown, names)
    }`,
  );
}

/** Refuses a file that could not be written, and makes its folder. */
async function requireOut(out: string): Promise<void> {
  await requireOutputFolder("the schedules", dirname(out));
  await Deno.mkdir(dirname(out), { recursive: true });
  await requireOutputPath("the schedules", out);
}

async function tuneModel(backend: WebgpuBackend, options: TuneOptions): Promise<void> {
  const declaration = MODELS[options.model];
  const dims = { ...declaration.typical, B: options.batch };
  const compilation = compile(declaration);
  const tasks = tasksOf(compilation, dims, machineKind(backend.machine), options.kernels);
  console.log(`Tuning ${declaration.name} with B = ${options.batch} on ${backend.info.adapter}.`);
  const tunings = await tuneAll(backend, tasks, dims, options.budget);
  console.log(`${tuningTable(tunings)}\n${gainText(tunings)}`);
  const kernels = await Promise.all(tunings.map(storedKernel));
  const found = kernels.filter((kernel): kernel is StoredKernel => kernel !== undefined);
  await store(options.out, backend.machine, found);
  console.log(`Kept in ${options.out}.`);
}

async function tuneAll(
  backend: WebgpuBackend,
  tasks: readonly Task[],
  dims: Readonly<Record<string, number>>,
  budget: number,
): Promise<readonly Tuning[]> {
  const shares = sharesOf(tasks, budget);
  const line = new ProgressLine();
  const tunings: Tuning[] = [];
  for (const [at, task] of tasks.entries()) {
    const tuning = await tune(
      backend,
      task,
      dims,
      shares[at] ?? 0,
      ({ name, flops }, done, best) => {
        const speed = Number.isFinite(best)
          ? `, best ${gflopsOf(flops, best).toFixed(1)} GFLOP/s`
          : "";
        const count = `${done} of ${task.candidates.length} schedules`;
        line.show(`kernel ${at + 1} of ${tasks.length}, ${name}: ${count}${speed}`);
      },
    );
    tunings.push(tuning);
  }
  line.hide();
  return tunings;
}

/** One line on a terminal that is written over and over; nothing where there is no terminal. */
class ProgressLine {
  readonly #isTerminal = Deno.stderr.isTerminal();
  readonly #encoder = new TextEncoder();

  show(text: string): void {
    this.#write(`\r\x1b[K${text}`);
  }

  hide(): void {
    this.#write("\r\x1b[K");
  }

  #write(text: string): void {
    if (this.#isTerminal) Deno.stderr.writeSync(this.#encoder.encode(text));
  }
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
