import assert from "node:assert/strict";
import { DEFAULT_SPECS } from "../codegen/default_specs.ts";
import { generateModule } from "../codegen/generate.ts";
import type { Graph } from "../codegen/graph/graph.ts";
import { printGraph } from "../codegen/graph/print.ts";
import { compile } from "../codegen/pipeline.ts";
import { rewrite } from "../codegen/rewrite/engine.ts";
import type { Rule } from "../codegen/rewrite/rule.ts";
import { RULES } from "../codegen/rewrite/rules/mod.ts";
import { chosenDeclarations } from "../explain/choice.ts";
import { declarationSource } from "./declaration_source.ts";
import { lineDiff } from "./line_diff.ts";
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

/** A graph's text with its values counted anew in the order in which they stand there. */
function renumbered(text = ""): string {
  const numbers = new Map<string, string>();
  const number = (name: string) =>
    numbers.get(name) ?? numbers.set(name, `t${numbers.size + 1}`).get(name) ?? "";
  return text.replaceAll(/\bt\d+\b/g, number);
}

/** Rules that fire so many times in all, and then no more. */
function limited(most: number): readonly Rule[] {
  let left = most;
  return RULES.map((rule) => ({
    ...rule,
    apply: (node) => {
      const after = left === 0 ? undefined : rule.apply(node);
      if (after !== undefined && after !== node) left--;
      return after;
    },
  }));
}

Deno.test("a layer goes from its text to graph, rules, loops, shaders, WebAssembly, C and binding", async () => {
  const { compilation, stages, byId } = await inspected("shared_linear", "forward");
  assertWhole(stages);
  assert.deepEqual(stages.slice(0, 6).map(({ id }) => id), [
    "declaration",
    "graph",
    "rewrite-1",
    "rewrite-2",
    "separate",
    "fold_x.kernel",
  ]);
  assert.match(
    byId.get("declaration")?.text ?? "",
    /forward: \(\{ x, W \}\) => matmul\(x, transpose\(tile/,
  );
  const [{ source, rewritten } = assert.fail()] = compilation.stages;
  assert.equal(byId.get("graph")?.text, printGraph(source));
  assert.equal(renumbered(byId.get("separate")?.text), renumbered(printGraph(rewritten)));
  const folded = byId.get("rewrite-2");
  assert.equal(folded?.title, "after fold-across-tile");
  assert.match(folded?.note ?? "", /180 MFLOP → 18 MFLOP$/);
  assert.deepEqual(folded?.multiplications, { before: 90_000_000, after: 9_000_000 });
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
  const c = byId.get("forward.c");
  assert.match(c?.text ?? "", /^\/\* What becomes of the sums of a tile of forward\. \*\/\n/);
  assert.ok(
    (await generated("shared_linear/kernels.c")).includes(c?.text.split("\n\n")[1] ?? "none"),
  );
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

Deno.test("the graph after each rule is the one that rewriting has when it stops there", async () => {
  for (const name of ["shared_linear", "softmax_cross_entropy", "mnist_shared"]) {
    const [declaration] = await chosenDeclarations("inspect", [], [name]);
    assert.ok(declaration !== undefined);
    for (const { source, firings } of compile(declaration).stages) {
      const all = rewriteSteps(source, declaration.typical, true);
      assert.deepEqual(
        all.map(({ rules }) => rules.map((rule) => rule.name)),
        firings.map(({ rule }) => [rule.name]),
      );
      for (const [index, { graph }] of all.entries()) {
        const stopped = rewrite(source, limited(index + 1));
        assert.equal(stopped.firings.length, index + 1);
        assert.equal(renumbered(printGraph(graph)), renumbered(printGraph(stopped.graph)));
      }
      const few = rewriteSteps(source, declaration.typical, false);
      assert.deepEqual(few.flatMap(({ rules }) => rules), all.flatMap(({ rules }) => rules));
      const texts = new Set(all.map(({ graph }) => printGraph(graph)));
      for (const { rules, graph, multiplications } of few) {
        assert.ok(texts.has(printGraph(graph)));
        assert.ok(multiplications === undefined || rules.length === 1);
      }
    }
  }
});

Deno.test("a value keeps its name from rule to rule, so that a difference is what the rule did", async () => {
  const { byId } = await inspected("mnist_shared", "step", "loss");
  const [before, after] = ["rewrite-1", "rewrite-2"].map((id) => byId.get(id)?.text ?? "");
  const changed = lineDiff(before ?? "", after ?? "").filter(({ kind }) => kind !== "same");
  assert.match(byId.get("rewrite-2")?.title ?? "", /fold-across-tile/);
  // The weight's copies come later, with the gradient that still needs them.
  assert.deepEqual(changed.map(({ kind, text }) => `${kind} ${text.replaceAll(/\bt\d+/g, "t")}`), [
    "removed t[900, 1000] = tile(l2.W, [1, 10])",
    'removed l2.y[B, 900] = einsum(relu1, t, "ab,cb->ac")',
    "added t[B, 10, 100] = reshape(relu1, [B, 10, 100])",
    "added t[B, 100] = sum(t, axes 1)",
    'added l2.y[B, 900] = einsum(t, l2.W, "ab,cb->ac")',
    "added t[900, 1000] = tile(l2.W, [1, 10])",
  ]);
});

Deno.test("a value that has a name is never told by a number, nor as another of its name that is gone", async () => {
  for (
    const declaration of await chosenDeclarations("inspect", [], ["mnist_cnn", "mnist_shared"])
  ) {
    for (const { source } of compile(declaration).stages) {
      const steps = rewriteSteps(source, declaration.typical, true);
      const names = (graph: Graph) =>
        Array.from(printGraph(graph).matchAll(/^([^[]+)\[/gm), ([, name = ""]) => name);
      const own = new Set(source.names.values());
      const kept = names(steps.at(-1)?.graph ?? source).filter((name) => own.has(name));
      for (const { graph, rules } of steps) {
        const now = names(graph);
        assert.deepEqual(kept.filter((name) => !now.includes(name)), [], rules.at(-1)?.name ?? "");
        const alone = now.filter((name) =>
          /_\d+$/.test(name) && own.has(name.replace(/_\d+$/, "")) &&
          !now.includes(name.replace(/_\d+$/, ""))
        );
        assert.deepEqual(alone, [], rules.at(-1)?.name ?? "");
      }
    }
  }
  const { stages } = await inspected("mnist_cnn", "predict");
  const last = stages.findLast(({ language }) => language === "graph")?.text ?? "";
  assert.match(last, /^relu1\[B, 16, 28, 28\] = maximum\(l1\.y, 0\)$/m);
});

Deno.test("each program begins with the graph that it was made of", async () => {
  const begin = async (program: string) =>
    (await inspected("mnist_shared", program)).stages.slice(1, 3).map(({ id }) => id);
  assert.deepEqual(await begin("predict"), ["graph", "rewrite-1"]);
  assert.deepEqual(await begin("evaluate"), ["graph", "program"]);
  assert.deepEqual(await begin("step"), ["graph", "differentiated"]);
  const draw = await inspected("mnist_shared", "draw");
  assert.match(draw.byId.get("graph")?.text ?? "", /gather\(x_data/);
  assert.equal(draw.byId.has("differentiated"), false);
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
