/**
 * `deno task test`: runs all tests and doc examples. Each file of tests that need a GPU runs in a process of
 * its own; see {@linkcode judge} for how they are judged.
 *
 * The last line is `N passed, N failed`.
 */
import { runCommandLine } from "../commands/command_line.ts";
import { parseOptions, type TestOptions } from "./options.ts";
import { judge, type Outcome } from "./test_report.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const GPU_TESTS = "_webgpu_test.ts";

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

/** The files of GPU tests in a folder and those inside it. */
async function gpuFilesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}${folder}`)) {
    if (name === "node_modules" || name === ".git") continue;
    if (isDirectory) found.push(...await gpuFilesIn(`${folder}${name}/`));
    else if (name.endsWith(GPU_TESTS)) found.push(`${folder}${name}`);
  }
  return found.sort();
}

function main(args: readonly string[]): Promise<number> {
  const line = parseOptions(
    "deno task test",
    "Runs all tests and doc examples. WebGPU tests run where there is an adapter.",
    args,
  );
  return runCommandLine(line, test);
}

async function test({ requireWebgpu = false }: TestOptions): Promise<number> {
  const cpu = await run([
    "--doc",
    `--ignore=**/*${GPU_TESTS},generated,examples/custom_layer/generated`,
  ]);
  const gpu = new Map<string, string>();
  for (const file of await gpuFilesIn("")) gpu.set(file, (await run([file])).report);
  const verdict = judge({ cpu, gpu, requireWebgpu });
  verdict.notices.forEach((notice) => console.log(notice));
  console.log(`${verdict.passed} passed, ${verdict.failed} failed`);
  return verdict.failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
