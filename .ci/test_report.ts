/** What the reports of test processes come to. @module */

/** Tests by their results. */
interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What a test process left: its exit code, and its JUnit report, which is empty if it broke down. */
export interface Outcome {
  readonly code: number;
  readonly report: string;
}

/** What is to be judged. */
export interface Evidence {
  readonly cpu: Outcome;
  /** The report of each file of GPU tests, by its path. */
  readonly gpu: ReadonlyMap<string, string>;
  /** Whether GPU tests that were skipped count as failed. */
  readonly requireWebgpu: boolean;
}

/** The result of all tests, and a sentence for each thing that the processes did not say themselves. */
export interface Verdict {
  readonly passed: number;
  readonly failed: number;
  readonly notices: readonly string[];
}

/** One `testcase` per test, with a `failure`, an `error` or a `skipped` inside. */
function countResults(report: string): Counts {
  const count = (pattern: RegExp): number => report.match(pattern)?.length ?? 0;
  const failed = count(/<failure\b/g) + count(/<error\b/g);
  const skipped = count(/<skipped\b/g);
  return { passed: count(/<testcase /g) - failed - skipped, failed, skipped };
}

/**
 * Counts what passed and failed.
 *
 * The exit code of a GPU process says nothing, since some software drivers crash at exit after
 * everything has passed; and a file that breaks while loading reports no test. So each file of GPU tests
 * without results counts as one failure. A CPU process that fails without a failed test broke while
 * loading, and counts as one failure too.
 */
export function judge({ cpu, gpu, requireWebgpu }: Evidence): Verdict {
  const onCpu = countResults(cpu.report);
  const onGpu = countResults([...gpu.values()].join("\n"));
  const silent = [...gpu].filter(([, report]) => !report.includes("<testcase "));
  const notices = silent.map(([file]) =>
    `FAILED: ${file} has no results: it broke before its first test, or has none.`
  );
  if (onGpu.skipped > 0) {
    notices.push(
      `NOTICE: ${onGpu.skipped} WebGPU tests were skipped: no adapter. ` +
        `Debian's mesa-vulkan-drivers brings a software one.`,
    );
  }
  const skippedInVain = requireWebgpu ? onGpu.skipped : 0;
  const brokenCpu = cpu.code !== 0 && onCpu.failed === 0 ? 1 : 0;
  if (brokenCpu) {
    notices.push(
      "FAILED: the tests on the CPU broke without a failed test: see the start of this.",
    );
  }
  return {
    passed: onCpu.passed + onGpu.passed,
    failed: onCpu.failed + brokenCpu + onGpu.failed + silent.length + skippedInVain,
    notices,
  };
}
