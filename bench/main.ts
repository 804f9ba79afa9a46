/**
 * `deno task bench`: measures tilewright beside other libraries.
 *
 * Exit codes: 0 done, 1 failed, 2 the command line cannot be followed.
 *
 * @module
 */
import { runCommandLine, UsageError } from "../commands/command_line.ts";
import { didYouMean } from "../commands/nearest.ts";
import { nameVulkanFolder } from "../commands/vulkan_folder.ts";
import { kernelContestants, measureKernels } from "./kernels_section.ts";
import { describeMachine } from "./machine.ts";
import { type BenchOptions, parseOptions, type Section } from "./options.ts";
import { measurePeaks, peakTurns } from "./peaks_section.ts";
import { mnistFolder, START } from "./places.ts";
import { generateModules, installPeers, pythonWith } from "./prepare.ts";
import { ProgressLine } from "./progress.ts";
import { reportDocument } from "./report/document.ts";
import { writeReport } from "./report/write.ts";
import type { BenchResults } from "./results.ts";
import { measureScaling, scalingCases } from "./scaling_section.ts";
import { Session } from "./session.ts";
import { writeStart } from "./start.ts";
import { type Engine, stepContestants, type StepSetting } from "./step_contestants.ts";
import { measureSteps } from "./step_section.ts";

/** Runs the command; returns its exit code. */
function main(args: readonly string[]): Promise<number> {
  nameVulkanFolder();
  return runCommandLine(parseOptions(args), bench);
}

async function bench(options: BenchOptions): Promise<number> {
  requireContestants(options.contestants);
  console.error("Preparing: generated modules, packages of peers, first weights.");
  await generateModules();
  await writeStart(START);
  const results = await measure(options);
  if (options.write) await writeReport(results);
  else console.log(reportDocument(results));
  return 0;
}

/** Refuses words that are in the name of no contestant. */
function requireContestants(words: readonly string[]): void {
  const cores = navigator.hardwareConcurrency;
  const ids = [...stepContestants(cores), ...kernelContestants(cores)].map(({ id }) => id);
  const unknown = words.find((word) => ids.every((id) => !id.includes(word.toLowerCase())));
  if (unknown === undefined) return;
  const parts = [...new Set(ids.flatMap((id) => [id, ...id.split("-")]))];
  throw new UsageError(
    `Cannot measure ${unknown}: there is no contestant of this name.${didYouMean(unknown, parts)}`,
  );
}

/** Which engines are there, and how those in Python are started. */
interface Field {
  readonly python: StepSetting["python"];
  readonly missing: ReadonlyMap<Engine, string>;
}

async function findField(): Promise<Field> {
  const missing = new Map<Engine, string>();
  const failure = await installPeers();
  if (failure !== "") {
    for (const engine of ["jax-js", "tfjs"] as const) missing.set(engine, failure);
  }
  const find = async (engine: "NumPy" | "PyTorch", library: string): Promise<string> => {
    const python = await pythonWith(library);
    if (python === undefined) missing.set(engine, `no python3 here can import ${library}`);
    return python ?? "python3";
  };
  const python = { NumPy: await find("NumPy", "numpy"), PyTorch: await find("PyTorch", "torch") };
  return { python, missing };
}

async function measure(options: BenchOptions): Promise<BenchResults> {
  const begun = performance.now();
  const date = new Date().toISOString();
  const machine = await describeMachine();
  const { python, missing } = await findField();
  const { cores } = machine;
  const isThere = ({ engine }: { readonly engine: Engine }) => !missing.has(engine);
  const session = new Session(options, cores);
  for (const [engine, why] of missing) session.notices.add(`${engine} is left out: ${why}.`);
  const steps = session.chosen(stepContestants(cores)).filter(isThere);
  const kernels = session.chosen(kernelContestants(cores)).filter(isThere);
  const cases = scalingCases(cores, options.quick);
  const turns: Readonly<Record<Section, number>> = {
    step: options.rounds * steps.length,
    kernels: options.rounds * kernels.length,
    scaling: options.rounds * cases.length,
    peaks: peakTurns(cores),
  };
  const wanted = (section: Section) => options.only.includes(section);
  const line = new ProgressLine(options.only.reduce((sum, section) => sum + turns[section], 0));
  session.progress = line;
  try {
    const setting = { data: mnistFolder(), start: START, python };
    const sections = {
      ...(wanted("step") ? { step: await measureSteps(session, steps, setting) } : {}),
      ...(wanted("kernels")
        ? { kernels: await measureKernels(session, kernels, python.NumPy) }
        : {}),
      ...(wanted("scaling") ? { scaling: await measureScaling(session, cases) } : {}),
      ...(wanted("peaks") ? { peaks: await measurePeaks(session) } : {}),
    };
    return {
      date,
      seconds: (performance.now() - begun) / 1000,
      quick: options.quick,
      rounds: options.rounds,
      machine,
      engines: [...session.engines].sort(),
      notices: [...session.notices],
      ...sections,
    };
  } finally {
    line.stop();
  }
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
