/**
 * `deno task test`: runs all tests and doc examples. Each file of tests that need a GPU or a browser runs in a
 * process of its own; see {@linkcode judge} for how they are judged.
 *
 * The last line is `N passed, N failed`.
 */
import { runCommandLine } from "../commands/command_line.ts";
import { parseOptions, type TestOptions } from "./options.ts";
import { judge, type Outcome, type SpecialTests } from "./test_report.ts";

const ROOT = new URL("../", import.meta.url).pathname;

/** Tests that not every machine can run, by the end of their files' names. */
const SPECIAL = [
  {
    ending: "_webgpu_test.ts",
    kind: "WebGPU",
    missing: "no adapter. Debian's mesa-vulkan-drivers brings a software one.",
    requiredBy: "requireWebgpu",
  },
  {
    ending: "_browser_test.ts",
    kind: "browser",
    missing: "no Chromium. Debian's chromium is one.",
    requiredBy: "requireBrowser",
  },
] as const;

async function run(args: readonly string[]): Promise<Outcome> {
  const report = await Deno.makeTempFile({ suffix: ".xml" });
  const runtimeFolder = Deno.env.get("XDG_RUNTIME_DIR") ?? await Deno.makeTempDir();
  const command = new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", `--junit-path=${report}`, ...args],
    cwd: ROOT,
    env: { XDG_RUNTIME_DIR: runtimeFolder },
  });
  const { code } = await command.spawn().status;
  const text = await Deno.readTextFile(report);
  await Deno.remove(report);
  return { code, report: text };
}

/** The files with this ending in a folder and those inside it. */
async function filesIn(folder: string, ending: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}${folder}`)) {
    if (name === "node_modules" || name === ".git") continue;
    if (isDirectory) found.push(...await filesIn(`${folder}${name}/`, ending));
    else if (name.endsWith(ending)) found.push(`${folder}${name}`);
  }
  return found.sort();
}

function main(args: readonly string[]): Promise<number> {
  const line = parseOptions(
    "deno task test",
    "Runs all tests and doc examples. WebGPU tests run where there is an adapter, those in a browser " +
      "where there is Chromium.",
    args,
  );
  return runCommandLine(line, test);
}

async function test(options: TestOptions): Promise<number> {
  const endings = SPECIAL.map(({ ending }) => `**/*${ending}`);
  const cpu = await run([
    "--doc",
    `--ignore=${[...endings, "generated", "examples/custom_layer/generated"].join(",")}`,
  ]);
  const special: SpecialTests[] = [];
  for (const { ending, kind, missing, requiredBy } of SPECIAL) {
    const reports = new Map<string, string>();
    for (const file of await filesIn("", ending)) reports.set(file, (await run([file])).report);
    special.push({ kind, missing, reports, isRequired: options[requiredBy] ?? false });
  }
  const verdict = judge({ cpu, special });
  verdict.notices.forEach((notice) => console.log(notice));
  console.log(`${verdict.passed} passed, ${verdict.failed} failed`);
  return verdict.failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
