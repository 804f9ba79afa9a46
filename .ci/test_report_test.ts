import assert from "node:assert/strict";
import { type Evidence, judge, type SpecialTests } from "./test_report.ts";

function suite(file: string, ...tests: readonly string[]): string {
  const cases = tests.map((inside) =>
    `<testcase name="t" classname="./${file}">${inside}</testcase>`
  );
  return `<testsuite name="./${file}" tests="${tests.length}">${cases.join("\n")}</testsuite>`;
}

function report(...suites: readonly string[]): string {
  return `<testsuites name="deno test" tests="9">${suites.join("\n")}</testsuites>`;
}

const FAILURE = `<failure message="expected &lt;failure">at a.ts:1</failure>`;

/** One test passes on the GPU, but for the changes. */
function onGpu(changes: Partial<SpecialTests> = {}): SpecialTests {
  return {
    kind: "WebGPU",
    missing: "no adapter.",
    // A report names the file that calls Deno.test, which may be a helper.
    reports: new Map([["x/b_webgpu_test.ts", report(suite("testing/helper.ts", ""))]]),
    isRequired: true,
    ...changes,
  };
}

/** Two tests pass on the CPU and one on the GPU, but for the changes. */
function evidence(changes: Partial<Evidence> = {}): Evidence {
  return {
    cpu: { code: 0, report: report(suite("a_test.ts", "", "")) },
    special: [onGpu()],
    ...changes,
  };
}

Deno.test("tests of both processes are added up", () => {
  assert.deepEqual(judge(evidence()), { passed: 3, failed: 0, notices: [] });
  const failing = report(suite("a_test.ts", FAILURE, ""), suite("c_test.ts", FAILURE));
  const { passed, failed } = judge(evidence({ cpu: { code: 1, report: failing } }));
  assert.deepEqual([passed, failed], [2, 2]);
});

Deno.test("a file of GPU tests without results fails by its name", () => {
  for (const nothing of ["", report()]) {
    const reports = new Map([...onGpu().reports, ["y/c_webgpu_test.ts", nothing] as const]);
    assert.deepEqual(judge(evidence({ special: [onGpu({ reports })] })), {
      passed: 3,
      failed: 1,
      notices: [
        "FAILED: y/c_webgpu_test.ts has no results: it broke before its first test, or has none.",
      ],
    });
  }
});

Deno.test("a CPU process that breaks without a failed test is one failure", () => {
  const { failed, notices } = judge(evidence({ cpu: { code: 1, report: "" } }));
  assert.equal(failed, 1);
  assert.match(notices.join(), /^FAILED: the tests on the CPU broke without a failed test/);
});

Deno.test("skipped GPU tests are told, and fail where a GPU is required", () => {
  const skipped = report(suite("x/b_webgpu_test.ts", "<skipped/>", "<skipped/>"));
  const reports = new Map([["x/b_webgpu_test.ts", skipped]]);
  for (const isRequired of [false, true]) {
    const { passed, failed, notices } = judge(
      evidence({ special: [onGpu({ reports, isRequired })] }),
    );
    assert.deepEqual([passed, failed], [2, isRequired ? 2 : 0]);
    assert.match(notices.join(), /^NOTICE: 2 WebGPU tests were skipped: no adapter\./);
  }
});

Deno.test("each kind of special tests is judged by itself", () => {
  const skipped = new Map([["x/c_browser_test.ts", report(suite("x", "<skipped/>"))]]);
  const inBrowser = {
    kind: "browser",
    missing: "no Chromium.",
    reports: skipped,
    isRequired: false,
  };
  const { passed, failed, notices } = judge(evidence({ special: [onGpu(), inBrowser] }));
  assert.deepEqual([passed, failed], [3, 0]);
  assert.deepEqual(notices, ["NOTICE: 1 browser tests were skipped: no Chromium."]);
});
