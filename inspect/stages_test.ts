import assert from "node:assert/strict";
import { DEFAULT_SPECS } from "../codegen/default_specs.ts";
import { generateModule } from "../codegen/generate.ts";
import { printGraph } from "../codegen/graph/print.ts";
import { compile } from "../codegen/pipeline.ts";
import { chosenDeclarations } from "../explain/choice.ts";
import { declarationSource } from "./declaration_source.ts";
import { rewriteSteps } from "./rewriting.ts";
import { type Stage, stagesOf } from "./stages.ts";

const ROOT = new URL("../", import.meta.url);
const SPECS = DEFAULT_SPECS.map((path) => new URL(path, ROOT).href);

async function inspected(name: string, program: string, kernel?: string) {
  const [declaration] = await chosenDeclarations("inspect", [], [name]);
  assert.ok(declaration !== undefined);
  const compilation = compile(declaration);
  const files = (await generateModule(declaration, { runtime: "../../runtime" }))
    .map(({ path, content }) => ({ path: path.slice(name.length + 1), content }));
  const source = await declarationSource(SPECS, name);
  assert.ok(source !== undefined);
  const choice = { program, allRules: false, ...(kernel === undefined ? {} : { kernel }) };
  const stages = stagesOf({ compilation, files, source }, choice);
  return { compilation, stages, byId: new Map(stages.map((stage) => [stage.id, stage])) };
}

const generated = (path: string) => Deno.readTextFile(new URL(`generated/${path}`, ROOT));

function assertWhole(stages: readonly Stage[]): void {
  assert.equal(new Set(stages.map(({ id }) => id)).size, stages.length, "ids are unique");
  for (const { id, text } of stages) assert.ok(text.trim() !== "", `${id} is empty`);
}

Deno.test("a layer goes from its text to graph, rules, loops, shaders, WebAssembly and binding", async () => {
  const { compilation, stages, byId } = await inspected("shared_linear", "forward");
  assertWhole(stages);
  assert.deepEqual(stages.slice(0, 5).map(({ id }) => id), [
    "declaration",
    "graph",
    "rewrite-1",
    "separate",
    "fold_x.kernel",
  ]);
  assert.match(
    byId.get("declaration")?.text ?? "",
    /forward: \(\{ x, W \}\) => matmul\(x, transpose\(tile/,
  );
  const [{ source, rewritten } = assert.fail()] = compilation.stages;
  assert.equal(byId.get("graph")?.text, printGraph(source));
  assert.equal(byId.get("separate")?.text, printGraph(rewritten));
  assert.match(byId.get("rewrite-1")?.note ?? "", /180 MFLOP → 18 MFLOP$/);
  for (const variant of ["", ".gpu", ".plain"]) {
    assert.equal(
      byId.get(`forward${variant}.wgsl`)?.text,
      await generated(`shared_linear/forward/02_forward${variant}.wgsl`),
    );
  }
  const wat = byId.get("forward.wat")?.text ?? "";
  assert.match(wat, /^;; forward\(read fold_x\[B, K\], read W\[O, K\], write y\[B, O\]\)\n/);
  const whole = (await generated("shared_linear/kernels.wat")).split("\n").map((line) =>
    line.trim()
  );
  assert.ok(wat.split("\n").every((line) => whole.includes(line.trim())));
  assert.match(
    byId.get("forward.binding")?.text ?? "",
    /^\{\n {2}name: "forward",\n {2}layer: "shared_linear"/,
  );
});

Deno.test("kernels that are alike but shared out in another way are told apart", async () => {
  const forward = await inspected("shared_linear", "forward", "fold_x");
  const gradient = await inspected("shared_linear", "grad_w", "fold_x");
  const first = (stages: ReadonlyMap<string, Stage>) =>
    stages.get("fold_x.wat")?.text.match(/\(func (\S+) \(param \$B i32\) \(param \$(\w)_from/)
      ?.slice(1);
  assert.deepEqual(first(forward.byId), ["$fold_x", "b"]);
  assert.deepEqual(first(gradient.byId), ["$fold_x_2", "k"]);
  const kernels = gradient.stages.filter(({ id }) => id.endsWith(".kernel"));
  assert.deepEqual(
    kernels.map(({ id }) => id),
    ["fold_x.kernel"],
    "only the one that is asked for",
  );
});

Deno.test("a training step shows what was declared, and what differentiation made of it", async () => {
  const { compilation, stages, byId } = await inspected("mnist_shared", "step", "loss");
  assertWhole(stages);
  const stageOf = (name: string) => compilation.stages.find(({ program }) => program.name === name);
  const [predict, step] = ["predict", "step"].map(stageOf);
  assert.ok(predict !== undefined && step !== undefined);
  assert.equal(byId.get("graph")?.text, printGraph(predict.source));
  assert.equal(byId.get("differentiated")?.text, printGraph(step.source));
  const saving = stages.filter(({ note }) => note?.includes("180 MFLOP → 18 MFLOP"));
  assert.equal(saving.length, 3, "forward, and both gradients");
  assert.equal(byId.get("loss.wgsl")?.text, await generated("mnist_shared/step/05_loss.wgsl"));
});

Deno.test("each rule by itself leads from the declared graph to the one that no rule fits", async () => {
  const [declaration] = await chosenDeclarations("inspect", [], ["softmax_cross_entropy"]);
  assert.ok(declaration !== undefined);
  for (const { source, firings, rewritten } of compile(declaration).stages) {
    const all = rewriteSteps(source, declaration.typical, true);
    assert.deepEqual(all.map(({ rules }) => rules), firings.map(({ rule }) => [rule.name]));
    const few = rewriteSteps(source, declaration.typical, false);
    assert.deepEqual(few.flatMap(({ rules }) => rules), all.flatMap(({ rules }) => rules));
    assert.ok(few.length <= all.length);
    const last = all.at(-1)?.graph;
    if (last === undefined) continue;
    assert.equal(last, few.at(-1)?.graph);
    // The last pass only gives results that are one value a value each.
    assert.equal(last.split("\n").length <= printGraph(rewritten).split("\n").length, true);
  }
});

Deno.test("every declaration of the project is found in its file, at its line", async () => {
  for (const { name } of await chosenDeclarations("inspect", [], undefined)) {
    const source = await declarationSource(SPECS, name);
    assert.ok(source !== undefined, name);
    const lines = (await Deno.readTextFile(new URL(source.file))).split("\n");
    const [first = ""] = source.text.split("\n");
    assert.equal(lines[source.line - 1], first, name);
    assert.ok(source.text.includes(JSON.stringify(name)));
  }
});
