/**
 * `deno task fuzz`: compares random programs with what they declare, for as long as one likes.
 *
 * Exit codes: 0 all are right, 1 one is wrong, 2 the command line cannot be followed.
 *
 * @module
 */
// @ts-types="@types/cli-progress"
import { SingleBar } from "cli-progress";
import { checkDevices } from "../codegen/testing/check_device.ts";
import { checkGraphs } from "../codegen/testing/check_graphs.ts";
import { describeFinding, search } from "../codegen/testing/search.ts";
import type { Sketch } from "../codegen/testing/sketch.ts";
import { trialOf } from "../codegen/testing/trial.ts";
import { runCommandLine } from "../commands/command_line.ts";
import { nameVulkanFolder } from "../commands/vulkan_folder.ts";
import { Coverage } from "./coverage.ts";
import type { Device } from "../codegen/testing/check_device.ts";
import { disposeAll, openDevices } from "./devices.ts";
import { type FuzzOptions, parseFuzzArguments } from "./options.ts";

/** Runs the command; returns its exit code. */
function main(args: readonly string[]): Promise<number> {
  nameVulkanFolder();
  return runCommandLine(parseFuzzArguments(args), async (options) => {
    const { opened } = await openDevices("fuzz", options.backend);
    try {
      return await fuzz(options, opened.flatMap(({ devices }) => devices));
    } finally {
      await disposeAll(opened);
    }
  });
}

/** Searches, and prints what was tried and what was found. */
async function fuzz(options: FuzzOptions, devices: readonly Device[]): Promise<number> {
  const { count, kind, backend, path, minutes } = options;
  const seed = options.seed ?? Date.now() % 2 ** 31;
  const begun = performance.now();
  const coverage = new Coverage();
  const bar = new SingleBar({
    format: "{bar} {value}/{total}  {left}",
    barsize: 30,
    clearOnComplete: true,
    hideCursor: true,
  });
  bar.start(count, 0, { left: "" });
  const examine = async (sketch: Sketch): Promise<string | undefined> => {
    bar.increment(1, { left: `${Math.round((performance.now() - begun) / 1000)} s` });
    const trial = trialOf(sketch, { kind });
    if (trial === undefined) {
      coverage.skip();
      return undefined;
    }
    coverage.add(trial);
    return checkGraphs(trial, coverage.graphs, coverage.slopes) ??
      await checkDevices(trial, devices, coverage.machines);
  };
  const finding = await search(examine, {
    count,
    seed,
    ...(path === undefined ? {} : { path }),
    ...(minutes === undefined ? {} : { milliseconds: 60_000 * minutes }),
  });
  bar.stop();
  console.log(`seed ${seed}, ${Math.round((performance.now() - begun) / 1000)} s`);
  console.log(coverage.summary());
  if (finding === undefined) return 0;
  console.error(`\n${describeFinding(finding, `--backend ${backend} --kind ${kind}`)}`);
  return 1;
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
