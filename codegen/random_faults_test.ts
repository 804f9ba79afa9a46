/** Faults that are put in on purpose: random programs find each, and shrink it to a few steps. */
import assert from "node:assert/strict";
import { make } from "../dsl/intern.ts";
import { consult, type Node, type OpKind, type OpTable } from "../dsl/ops.ts";
import { type Cotangents, VJP_RULES } from "./autodiff/rules.ts";
import { full } from "./graph/build.ts";
import type { IndexExpr } from "./kernel/index_expr.ts";
import type { Compilation } from "./pipeline.ts";
import type { Rule } from "./rewrite/rule.ts";
import { RULES } from "./rewrite/rules/mod.ts";
import { rewriteIndices } from "./kernel/access.ts";
import { checkGraphs } from "./testing/check_graphs.ts";
import { describeFinding, search } from "./testing/search.ts";
import { trialOf, type TrialOptions } from "./testing/trial.ts";

/** More steps than this would not show what is wrong. */
const MOST_STEPS = 6;

/** Expects that a search finds something, and that it becomes small. */
async function assertFound(what: RegExp, options: TrialOptions = {}): Promise<void> {
  const finding = await search((sketch) => {
    const trial = trialOf(sketch, options);
    return trial === undefined ? undefined : checkGraphs(trial);
  }, { count: 1000, seed: 1 });
  assert.ok(finding !== undefined, "nothing was found");
  assert.match(finding.difference, what, describeFinding(finding));
  assert.ok(finding.sketch.steps.length <= MOST_STEPS, describeFinding(finding));
}

/** Runs a test while the gradient rule of an op gives a thousandth too much. */
async function withWrongGradient(op: OpKind, test: () => Promise<void>): Promise<void> {
  const right: OpTable<[gy: Node], Cotangents> = { ...VJP_RULES };
  const wrong = (node: Node, gy: Node): Cotangents =>
    consult(right, node, gy).map((each) =>
      each === undefined ? each : make("mul", {}, [each, full(1.001, each.shape)])
    );
  Object.assign(VJP_RULES, { [op]: wrong });
  try {
    await test();
  } finally {
    Object.assign(VJP_RULES, right);
  }
}

for (const op of ["mul", "max", "einsum", "gather", "overlapAdd", "select"] as const) {
  Deno.test(`a gradient of ${op} that is a thousandth too large is found`, async () => {
    await withWrongGradient(op, () => assertFound(/^gradients: /));
  });
}

const wrongRule = (name: string, apply: Rule["apply"]): Rule => ({
  name,
  identity: "wrong",
  terminates: "it fires once",
  apply,
});

/** Identities that do not hold. */
const WRONG_RULES: readonly Rule[] = [
  wrongRule("a − b → b − a for the newer b", (node) => {
    const [a, b] = node.inputs;
    if (
      node.op !== "sub" || node.dtype !== "f32" || a === undefined || b === undefined ||
      a.id >= b.id
    ) return undefined;
    return make("sub", {}, [b, a]);
  }),
  wrongRule("a sum of a product is the product of the sums", (node) => {
    const [x] = node.inputs;
    if (node.op !== "sum" || x?.op !== "mul") return undefined;
    return make("mul", {}, x.inputs.map((each) => make("sum", node.attrs, [each])));
  }),
  wrongRule("a square transpose is its operand", (node) => {
    const [x] = node.inputs;
    if (node.op !== "transpose" || x === undefined || node.shape.length !== 2) return undefined;
    return make("reshape", { shape: node.shape }, [x]);
  }),
];

for (const rule of WRONG_RULES) {
  Deno.test(`rewriting by "${rule.name}" is found`, async () => {
    await assertFound(/^after rewriting: /, { rules: [rule, ...RULES] });
  });
}

/** `i + c` with a number one less. */
function shorter(index: IndexExpr): IndexExpr {
  if (index.kind !== "add") return index;
  const { left, right } = index;
  const less = (part: IndexExpr): IndexExpr =>
    part.kind === "extent" && typeof part.extent === "number"
      ? { kind: "extent", extent: part.extent - 1 }
      : shorter(part);
  return { ...index, left: less(left), right: less(right) };
}

/** The kernels with every distance in an index one less than it should be. */
function offByOne(compilation: Compilation): Compilation {
  const stages = compilation.stages.map((each) => ({
    ...each,
    program: {
      ...each.program,
      kernels: each.program.kernels.map((kernel) => ({
        ...kernel,
        stages: kernel.stages.map((stage) => rewriteIndices(stage, shorter)),
      })),
    },
  }));
  return { ...compilation, stages };
}

Deno.test("an index of a kernel that is off by one is found", async () => {
  await assertFound(/^as kernels: |outside axis/, { change: offByOne });
});
