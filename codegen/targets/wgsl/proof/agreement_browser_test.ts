import assert from "node:assert/strict";
import { sharedLinear } from "../../../../generated/shared_linear/shared_linear.ts";
import { browserTests } from "../../../../runtime/testing/browser/browser_access.ts";
import type { Text } from "../../../../runtime/testing/browser/protocol.ts";
import { faultsOf } from "./prove.ts";

const browserTest = browserTests([]);

const [, kernel] = sharedLinear.programs.grad_w.kernels;
const STAGED = kernel.gpu.launches[0].source;

/** The text with a piece of it replaced, which has to be there. */
function withChange(piece: string, change: string): string {
  const changed = STAGED.replace(piece, change);
  assert.notEqual(changed, STAGED, piece);
  return changed;
}

const BARRIER = "workgroupBarrier();";
const SUMS = "var sum_0_0 = vec4<f32>();";

/** The text, and changes of it: some that part invocations before a barrier, and some that only look so. */
const CHANGED: Readonly<Record<string, string>> = {
  "as it is": STAGED,
  "a barrier for some": withChange(BARRIER, `if (local.x == 0u) { ${BARRIER} }`),
  "a barrier for the first group": withChange(BARRIER, `if (group.x == 0u) { ${BARRIER} }`),
  "some leave": withChange(SUMS, `if (index > 100u) { return; } ${SUMS}`),
  "groups leave": withChange(SUMS, `if (place > 100u) { return; } ${SUMS}`),
  "a loop as long as each likes": withChange("b_0 < uniforms.B", "b_0 < index"),
  "a loop that some break": withChange(BARRIER, `${BARRIER} if (local.y == b_0) { break; }`),
  "a loop that all break": withChange(BARRIER, `${BARRIER} if (first_row == b_0) { break; }`),
  "a bound that some have changed": withChange(
    SUMS,
    `${SUMS} var last = uniforms.B; if (index == 1u) { last = 0u; }`,
  ).replace("b_0 < uniforms.B", "b_0 < last"),
  "a bound out of what is only read": withChange("b_0 < uniforms.B", "b_0 < u32(gy[first_row])"),
  "a bound out of what is written": withChange("b_0 < uniforms.B", "b_0 < u32(gW[first_row])"),
};

for (const [change, source] of Object.entries(CHANGED)) {
  browserTest(`${change}: the browser's compiler finds what is found here`, async ({ page }) => {
    const text: Text = {
      file: "grad_w.gpu.wgsl",
      source,
      constants: { K: 12, O: 12 },
      pipeline: false,
    };
    const remarks = await page.call("compile", [text]);
    const theirs = remarks.flatMap(({ messages }) =>
      messages.filter((each) => /^error/.test(each))
    );
    const ours = faultsOf(source).filter(({ rule }) => rule === "uniform-barriers");
    assert.equal(
      ours.length > 0,
      theirs.length > 0,
      `${JSON.stringify(ours)}\n${theirs.join("\n")}`,
    );
    if (theirs.length > 0) {
      assert.match(theirs.join(), /must only be called from uniform control flow/);
    }
    page.takeComplaints();
  });
}
