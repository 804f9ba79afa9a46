/** What the reports of test processes come to. @module */

/** Tests by their results. */
interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What a test process left. */
export interface Outcome {
  /** What it ran, for messages: a file, or all tests of a kind. */
  readonly title: string;
  readonly code: number;
  /** Its JUnit report, which is empty if it broke down. */
  readonly report: string;
}

/** Tests of one kind. */
export interface TestGroup {
  /** Which they are, for messages: WebGPU. */
  readonly kind: string;
  readonly outcomes: readonly Outcome[];
  /** True if processes may crash at their exit after everything has passed, as some graphics drivers do. */
  readonly crashesAtExit: boolean;
  /** Tests that not every machine can run: why they are skipped and what helps, and whether that is a failure. */
  readonly skipping?: { readonly why: string; readonly isFailure: boolean };
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

/** Counts what passed and failed. A process that broke before its tests or between them is one more failure. */
export function judge(groups: readonly TestGroup[]): Verdict {
  return groups.map(judgeGroup).reduce((sum, each) => ({
    passed: sum.passed + each.passed,
    failed: sum.failed + each.failed,
    notices: [...sum.notices, ...each.notices],
  }));
}

function judgeGroup({ kind, outcomes, crashesAtExit, skipping }: TestGroup): Verdict {
  const { passed, failed, skipped } = countResults(outcomes.map(({ report }) => report).join("\n"));
  const silent = outcomes.filter(({ report }) => !report.includes("<testcase "));
  const broken = outcomes.filter((each) =>
    !crashesAtExit && !silent.includes(each) && each.code !== 0 &&
    countResults(each.report).failed === 0
  );
  return {
    passed,
    failed: failed + silent.length + broken.length + (skipping?.isFailure ? skipped : 0),
    notices: [
      ...silent.map(({ title }) =>
        `FAILED: ${title} has no results: it broke before its first test, or has none.`
      ),
      ...broken.map(({ title }) =>
        `FAILED: ${title} broke without a failed test: see the start of it.`
      ),
      ...(skipping !== undefined && skipped > 0
        ? [`NOTICE: ${skipped} ${kind} tests were skipped: ${skipping.why}`]
        : []),
    ],
  };
}
