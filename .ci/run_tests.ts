/**
 * `deno task test`: runs all tests and doc examples. Each file of tests that need a GPU or a browser runs in a
 * process of its own; see {@linkcode judge} for how they are judged.
 *
 * The last line is `N passed, N failed`.
 */
import { runCommandLine } from "../commands/command_line.ts";
import { parseOptions, type TestOptions } from "./options.ts";
import { sanitizedEnvironment } from "./sanitizers.ts";
import { judge, type Outcome, type TestGroup } from "./test_report.ts";

const ROOT = new URL("../", import.meta.url).pathname;

/** Tests that not every machine can run, by the end of their files' names. */
const SPECIAL = [
  {
    ending: "_native_test.ts",
    kind: "machine code",
    missing: "no C compiler. Debian's gcc with libc6-dev is one.",
    requiredBy: "requireNative",
    crashesAtExit: false,
  },
  {
    ending: "_webgpu_test.ts",
    kind: "WebGPU",
    missing: "no adapter. Debian's mesa-vulkan-drivers brings a software one.",
    requiredBy: "requireWebgpu",
    crashesAtExit: true,
  },
  {
    ending: "_browser_test.ts",
    kind: "browser",
    missing: "no Chromium. Debian's chromium is one.",
    requiredBy: "requireBrowser",
    crashesAtExit: true,
  },
] as const;

type Special = typeof SPECIAL[number];

/** Tests that lie beside generated files that have none of their own. */
const GENERATED = ["generated", "examples/custom_layer/generated"];

async function run(
  title: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const report = await Deno.makeTempFile({ suffix: ".xml" });
  const runtimeFolder = Deno.env.get("XDG_RUNTIME_DIR") ?? await Deno.makeTempDir();
  const command = new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", `--junit-path=${report}`, ...args],
    cwd: ROOT,
    env: { XDG_RUNTIME_DIR: runtimeFolder, ...environment },
  });
  const { code } = await command.spawn().status;
  const text = await Deno.readTextFile(report);
  await Deno.remove(report);
  return { title, code, report: text };
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
      "where there is Chromium, those of machine code where there is a C compiler.",
    args,
  );
  return runCommandLine(line, test);
}

async function test(options: TestOptions): Promise<number> {
  const groups: TestGroup[] = [await testOnAnyMachine()];
  for (const special of SPECIAL) groups.push(await testSpecial(special, options));
  if (options.sanitize) groups.push(await testSanitized());
  const verdict = judge(groups);
  verdict.notices.forEach((notice) => console.log(notice));
  console.log(`${verdict.passed} passed, ${verdict.failed} failed`);
  return verdict.failed === 0 ? 0 : 1;
}

async function testOnAnyMachine(): Promise<TestGroup> {
  const ignored = [...SPECIAL.map(({ ending }) => `**/*${ending}`), ...GENERATED];
  const args = ["--parallel", "--doc", `--ignore=${ignored.join(",")}`];
  const outcomes = [await run("what runs on any machine", args)];
  return { kind: "CPU", outcomes, crashesAtExit: false };
}

async function testSpecial(
  { ending, kind, missing, requiredBy, crashesAtExit }: Special,
  options: TestOptions,
): Promise<TestGroup> {
  const files = await filesIn("", ending);
  const outcomes: Outcome[] = [];
  if (crashesAtExit) {
    for (const file of files) outcomes.push(await run(file, [file]));
  } else {
    outcomes.push(await run(`*${ending}`, ["--parallel", ...files]));
  }
  const skipping = { why: missing, isFailure: options[requiredBy] ?? false };
  return { kind, outcomes, crashesAtExit, skipping };
}

/** The tests of machine code, compiled to watch itself. */
async function testSanitized(): Promise<TestGroup> {
  const [{ ending, missing }] = SPECIAL;
  const args = ["--parallel", ...await filesIn("", ending)];
  const outcomes = [await run(`*${ending} with sanitizers`, args, await sanitizedEnvironment())];
  const skipping = { why: missing, isFailure: true };
  return { kind: "sanitized", outcomes, crashesAtExit: false, skipping };
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
