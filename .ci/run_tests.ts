/**
 * Runs all tests and doc examples. The tests that need a GPU run in a process of their own and are judged
 * by their results alone: some software drivers crash at exit, after everything has passed. Where there
 * is no adapter they are skipped with a notice, or fail if `--require-webgpu` is given.
 *
 * The last line is `N passed, N failed`.
 */

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const ROOT = new URL("../", import.meta.url).pathname;
const GPU_TESTS = "**/*_webgpu_test.ts";

async function run(
  args: readonly string[],
): Promise<{ readonly code: number; readonly counts: Counts }> {
  const report = await Deno.makeTempFile({ suffix: ".xml" });
  const runtimeFolder = Deno.env.get("XDG_RUNTIME_DIR") ?? await Deno.makeTempDir();
  const command = new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", `--junit-path=${report}`, ...args],
    cwd: ROOT,
    env: { XDG_RUNTIME_DIR: runtimeFolder },
  });
  const { code } = await command.spawn().status;
  const counts = countResults(await Deno.readTextFile(report));
  await Deno.remove(report);
  return { code, counts };
}

/** Reads a JUnit report: one `testcase` per test, with a `failure` or `skipped` inside. */
function countResults(report: string): Counts {
  const count = (pattern: RegExp): number => report.match(pattern)?.length ?? 0;
  const all = count(/<testcase /g);
  const failed = count(/<failure/g) + count(/<error/g);
  const skipped = count(/<skipped/g);
  return { passed: all - failed - skipped, failed, skipped };
}

const require = Deno.args.includes("--require-webgpu");
const cpu = await run(["--doc", `--ignore=${GPU_TESTS},generated`]);
const gpu = await run([GPU_TESTS]);

if (gpu.counts.skipped > 0) {
  console.log(
    `NOTICE: ${gpu.counts.skipped} WebGPU tests were skipped: no adapter. Debian's mesa-vulkan-drivers brings a software one.`,
  );
}
// A process that fails without a failed test broke while loading, and counts as one failure. So does a
// GPU process in which no test was found, or one was skipped that had to run.
const nothingFound = Object.values(gpu.counts).every((count) => count === 0);
const skippedInVain = require && gpu.counts.skipped > 0;
const failed = Math.max(cpu.counts.failed, Number(cpu.code !== 0)) +
  Math.max(gpu.counts.failed, Number(nothingFound || skippedInVain));
console.log(`${cpu.counts.passed + gpu.counts.passed} passed, ${failed} failed`);
Deno.exitCode = failed === 0 ? 0 : 1;
