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

/** Tests that not every machine can run. */
export interface SpecialTests {
  /** What kind they are of, for messages: WebGPU. */
  readonly kind: string;
  /** Why they are skipped, and what helps. */
  readonly missing: string;
  /** The report of each file, by its path. */
  readonly reports: ReadonlyMap<string, string>;
  /** Whether those that were skipped count as failed. */
  readonly isRequired: boolean;
}

/** What is to be judged. */
export interface Evidence {
  readonly cpu: Outcome;
  readonly special: readonly SpecialTests[];
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
 * A CPU process that fails without a failed test broke while loading, and counts as one failure.
 */
export function judge({ cpu, special }: Evidence): Verdict {
  const onCpu = countResults(cpu.report);
  const brokenCpu = cpu.code !== 0 && onCpu.failed === 0 ? 1 : 0;
  const verdicts: readonly Verdict[] = [
    ...special.map(judgeSpecial),
    {
      passed: onCpu.passed,
      failed: onCpu.failed + brokenCpu,
      notices: brokenCpu === 0
        ? []
        : ["FAILED: the tests on the CPU broke without a failed test: see the start of this."],
    },
  ];
  return verdicts.reduce((sum, each) => ({
    passed: sum.passed + each.passed,
    failed: sum.failed + each.failed,
    notices: [...sum.notices, ...each.notices],
  }));
}

/**
 * The exit code of a GPU process says nothing, since some software drivers crash at exit after everything has
 * passed; and a file that breaks while loading reports no test. So each file without results counts as one
 * failure.
 */
function judgeSpecial({ kind, missing, reports, isRequired }: SpecialTests): Verdict {
  const { passed, failed, skipped } = countResults([...reports.values()].join("\n"));
  const silent = [...reports].filter(([, report]) => !report.includes("<testcase "));
  return {
    passed,
    failed: failed + silent.length + (isRequired ? skipped : 0),
    notices: [
      ...silent.map(([file]) =>
        `FAILED: ${file} has no results: it broke before its first test, or has none.`
      ),
      ...(skipped > 0 ? [`NOTICE: ${skipped} ${kind} tests were skipped: ${missing}`] : []),
    ],
  };
}
