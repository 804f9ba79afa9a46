import assert from "node:assert/strict";
import { judge, type Outcome, type TestGroup } from "./test_report.ts";

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

/** Two tests pass on the CPU, but for the changes. */
function onCpu(changes: Partial<Outcome> = {}): TestGroup {
  const passing = report(suite("a_test.ts", "", ""));
  const outcomes = [{ title: "what runs on any machine", code: 0, report: passing, ...changes }];
  return { kind: "CPU", outcomes, crashesAtExit: false };
}

/** One test passes on the GPU, but for the changes. */
function onGpu(changes: Partial<TestGroup> = {}): TestGroup {
  return {
    kind: "WebGPU",
    // A report names the file that calls Deno.test, which may be a helper.
    outcomes: [{
      title: "x/b_webgpu_test.ts",
      code: 139,
      report: report(suite("testing/helper.ts", "")),
    }],
    crashesAtExit: true,
    skipping: { why: "no adapter.", isFailure: true },
    ...changes,
  };
}

Deno.test("tests of all processes are added up", () => {
  assert.deepEqual(judge([onCpu(), onGpu()]), { passed: 3, failed: 0, notices: [] });
  const failing = report(suite("a_test.ts", FAILURE, ""), suite("c_test.ts", FAILURE));
  const { passed, failed, notices } = judge([onCpu({ code: 1, report: failing }), onGpu()]);
  assert.deepEqual([passed, failed, notices], [2, 2, []]);
});

Deno.test("a process without results fails by its name", () => {
  for (const nothing of ["", report()]) {
    const outcomes = [
      ...onGpu().outcomes,
      { title: "y/c_webgpu_test.ts", code: 0, report: nothing },
    ];
    assert.deepEqual(judge([onCpu(), onGpu({ outcomes })]), {
      passed: 3,
      failed: 1,
      notices: [
        "FAILED: y/c_webgpu_test.ts has no results: it broke before its first test, or has none.",
      ],
    });
    assert.equal(judge([onCpu({ code: 1, report: nothing })]).failed, 1);
  }
});

Deno.test("a process that breaks without a failed test is one failure, where exits can be trusted", () => {
  const { passed, failed, notices } = judge([onCpu({ code: 1 })]);
  assert.deepEqual([passed, failed], [2, 1]);
  assert.deepEqual(notices, [
    "FAILED: what runs on any machine broke without a failed test: see the start of it.",
  ]);
});

Deno.test("skipped tests are told, and fail where what they need is required", () => {
  const skipped = report(suite("x/b_webgpu_test.ts", "<skipped/>", "<skipped/>"));
  const outcomes = [{ title: "x/b_webgpu_test.ts", code: 0, report: skipped }];
  for (const isFailure of [false, true]) {
    const skipping = { why: "no adapter.", isFailure };
    const { passed, failed, notices } = judge([onCpu(), onGpu({ outcomes, skipping })]);
    assert.deepEqual([passed, failed], [2, isFailure ? 2 : 0]);
    assert.deepEqual(notices, ["NOTICE: 2 WebGPU tests were skipped: no adapter."]);
  }
});

Deno.test("a test that is skipped on every machine is no failure", () => {
  const some = report(suite("a_test.ts", "", "<skipped/>"));
  assert.deepEqual(judge([onCpu({ report: some })]), { passed: 1, failed: 0, notices: [] });
});
