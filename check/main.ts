/**
 * `deno task check`: compares declarations with float64, with slopes, and on every backend.
 *
 * Exit codes: 0 all are right, 1 one is wrong, 2 the command line cannot be followed.
 *
 * @module
 */
// @ts-types="@types/cli-progress"
import { SingleBar } from "cli-progress";
import { runCommandLine } from "../commands/command_line.ts";
import { nameVulkanFolder } from "../commands/vulkan_folder.ts";
import { chosenDeclarations } from "../explain/choice.ts";
import { disposeAll, openDevices } from "../fuzz/devices.ts";
import { DEFAULT_SPECS } from "../codegen/default_specs.ts";
import type { Declaration } from "../codegen/programs/programs.ts";
import { checkDeclaration, type CheckOptions, groupOf, type Report } from "./check.ts";
import { type CheckArguments, parseCheckArguments } from "./options.ts";
import { faultsText, reportTable, tooLargeText, unverifiedText } from "./text.ts";

/** Runs the command; returns its exit code. */
export function main(args: readonly string[]): Promise<number> {
  nameVulkanFolder();
  return runCommandLine(parseCheckArguments(args), checkAll);
}

async function checkAll(
  { backend, only, quick = false, seeds }: CheckArguments,
  specs: readonly string[],
): Promise<number> {
  const all = specs.length === 0 ? [...DEFAULT_SPECS, "check/optimizer_models.ts"] : specs;
  const declarations = await chosenDeclarations("check", all, only);
  const { opened, notices } = await openDevices("check", backend);
  try {
    const groups = opened.map((each) => groupOf(each, quick));
    const reports = await withProgress(declarations, { groups, seeds, quick });
    for (const notice of notices) console.log(notice);
    console.log(reportTable(reports));
    for (const note of [tooLargeText(reports), unverifiedText(reports)]) {
      if (note !== "") console.log(`\n${note}`);
    }
    const faults = faultsText(reports);
    if (faults === "") return 0;
    console.error(`\n${faults}`);
    return 1;
  } finally {
    await disposeAll(opened);
  }
}

async function withProgress(
  declarations: readonly Declaration[],
  options: CheckOptions,
): Promise<readonly Report[]> {
  const bar = new SingleBar({
    format: "{bar} {value}/{total}  {name}",
    barsize: 30,
    clearOnComplete: true,
    hideCursor: true,
  });
  bar.start(declarations.length, 0, { name: "" });
  const reports: Report[] = [];
  try {
    for (const declaration of declarations) {
      bar.update({ name: declaration.name });
      reports.push(await checkDeclaration(declaration, options));
      bar.increment();
    }
  } finally {
    bar.stop();
  }
  return reports;
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
