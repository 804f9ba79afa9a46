import assert from "node:assert/strict";
import { sharedLinear } from "../../dsl/layers/mod.ts";
import { mnistOriginal, mnistShared } from "../../examples/mnist/spec.ts";
import { type Compilation, compile } from "../pipeline.ts";
import { showSum } from "./arithmetic.ts";
import { derivationDocument } from "./derivation.ts";
import { planDocument } from "./plan.ts";

/** The section of a document under a heading. */
function section(document: string, heading: string): string {
  const [, text] = document.split(`\n## ${heading}\n`);
  assert.ok(text, heading);
  return text.split("\n## ")[0] ?? "";
}

const layer = derivationDocument(compile(sharedLinear));
const model: Compilation = compile(mnistShared);

Deno.test("the derivation of the shared layer names the rules that save its work", () => {
  assert.match(section(layer, "forward"), /\*\*fold-across-tile\*\*/);
  assert.match(section(layer, "forward"), /multiplications: B·n·K·O → B·K·O, 180 MFLOP → 18 MFLOP/);
  assert.match(section(layer, "grad_x"), /\*\*hoist-tile\*\*/);
  assert.match(layer, /sum-of-split-product/);
});

Deno.test("the derivation says how hand-written gradients were proved", () => {
  const proofs = section(layer, "Gradients written by hand");
  assert.match(proofs, /- gx and the derived gradient become the same graph by rewriting\./);
  assert.match(proofs, /- gW and the derived gradient become the same graph by rewriting\./);
});

Deno.test("the derivation says how much work a step is, as declared and after rewriting", () => {
  const step = section(derivationDocument(model), "step");
  assert.match(step, /859 MFLOP as declared, 373 MFLOP after rewriting\./);
});

Deno.test("the derivation shows the declaration, both graphs and the kernels", () => {
  const forward = section(layer, "forward");
  assert.match(layer, /```text\ny = x · tile\(W, \(1, n\)\)ᵀ\n```/);
  assert.match(forward, /The graph as declared:\n\n```text\nt1\[O, n·K\] = tile\(W, \[1, n\]\)/);
  assert.match(forward, /The graph after rewriting:\n\n```text\n/);
  assert.match(
    forward,
    /The kernels:\n\n```text\nfold_x\(read x\[B, n·K\], write fold_x\[B, K\]\)/,
  );
});

Deno.test("the plan lists each call with its frame, results and work, in order", () => {
  const step = section(planDocument(model), "step");
  const calls = step.split("\n").filter((line) => /^\| \d/.test(line));
  assert.deepEqual(
    calls.map((line) => line.split("|")[2]?.trim()),
    model.module.programs.at(-1)?.kernels.map((kernel) => kernel.name),
  );
  assert.match(calls[0] ?? "", /^\| 1 \| relu1 \| contract \| relu1 \| 157 MFLOP \|/);
  assert.match(step, /^Contractions and reductions: 373 MFLOP\.$/m);
});

Deno.test("the plan counts more than twice the work for the ordinary model's middle layer", () => {
  const step = section(planDocument(compile(mnistOriginal)), "step");
  assert.match(step, /^Contractions and reductions: 9\d\d MFLOP\.$/m);
});

Deno.test("the plan lists every slot with its tensors and size", () => {
  const memory = section(planDocument(model), "Memory");
  const rows = memory.split("\n").filter((line) => /^\| \d/.test(line));
  assert.equal(rows.length, model.module.slots.length);
  assert.ok(rows.some((row) => /\| l2\.W \[900, 100\] \| parameter \| 360000 \|/.test(row)));
});

Deno.test("equal products are counted, and none is 0", () => {
  const [B, K] = [{ name: "B" }, { name: "K" }];
  assert.equal(showSum([{ name: "B·K" }, { name: "K·B" }, B, K]), "2 × B·K + B + K");
  assert.equal(showSum([]), "0");
});
