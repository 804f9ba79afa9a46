import assert from "node:assert/strict";
import Handlebars from "handlebars";
import { biasRelu, moduleOf, product, tensor } from "../../kernel/sample_kernels.ts";
import { contractView } from "./contract_view.ts";
import { ExpressionWriter } from "./expression.ts";
import { headView } from "./head_view.ts";
import { pointsView } from "./points_view.ts";
import { RENDER, TEMPLATES } from "./render.ts";

const B = { name: "B" }, K = { name: "K" }, O = { name: "O" };
const kernel = product({
  layout: "NT",
  sizes: [B, O, K],
  batch: [{ name: "h", extent: { name: "H" } }],
  epilogue: biasRelu,
});
const module = moduleOf([kernel], { fixedDims: ["H", "K", "O"], callDims: ["B"] });

/** The head of the kernel, with a tensor of bytes and a function besides its own. */
function head(writer: ExpressionWriter) {
  writer.functionOf("sigmoid");
  const tensors = [...kernel.tensors, tensor("pixels", "read", [K], "u8")];
  return headView({ ...kernel, tensors }, writer, {
    title: "title",
    comments: ["comment"],
    uniforms: module.programs[0]?.uniforms ?? [],
    constants: module.fixedDims,
  });
}

/** A product with a sum over an axis besides k. */
const nested = product({
  layout: "NT",
  sizes: [B, O, K],
  sums: [{ name: "s", extent: 3 }],
  epilogue: biasRelu,
});

/** The keys of views of all tilings of both: no single one has all parts of the template. */
function contractKeys(): ReadonlySet<string> {
  const found = new Set<string>();
  for (const each of [kernel, nested]) {
    const { schedule } = each;
    assert.equal(schedule.frame, "contract");
    for (const tiling of Object.values(schedule.tilings)) {
      const writer = new ExpressionWriter(each, module.callDims);
      keysOf({ ...contractView(each, schedule, tiling, writer), ...head(writer) }, found);
    }
  }
  return found;
}

function pointsKeys(): ReadonlySet<string> {
  const writer = new ExpressionWriter(kernel, module.callDims);
  return keysOf({ ...pointsView(kernel, 64, writer), ...head(writer) });
}

/** Every name in a view: of its properties, and of theirs. */
function keysOf(value: unknown, found: Set<string> = new Set()): Set<string> {
  if (Array.isArray(value)) value.forEach((each) => keysOf(each, found));
  else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      found.add(key);
      keysOf(inner, found);
    }
  }
  return found;
}

/** Every name that a template, and what it includes, asks a view for; helpers are not among them. */
function placeholdersOf(name: keyof typeof TEMPLATES): ReadonlySet<string> {
  const found = new Set<string>();
  class Finder extends Handlebars.Visitor {
    override PathExpression(path: hbs.AST.PathExpression): void {
      if (path.original !== "each") path.parts.forEach((part) => found.add(part));
    }
    override PartialStatement(partial: hbs.AST.PartialStatement): void {
      const included = "original" in partial.name ? partial.name.original : "";
      assert.ok(
        included === "head" || included === "steps" || included === "sum",
        String(included),
      );
      for (const each of placeholdersOf(included)) found.add(each);
      partial.params.forEach((param) => this.accept(param));
    }
  }
  new Finder().accept(Handlebars.parse(TEMPLATES[name]));
  return found;
}

const sorted = (names: ReadonlySet<string>): readonly string[] => [...names].toSorted();

Deno.test("a template's placeholders are the keys of its view, none more and none less", () => {
  assert.deepEqual(sorted(placeholdersOf("contract")), sorted(contractKeys()));
  assert.deepEqual(sorted(placeholdersOf("points")), sorted(pointsKeys()));
});

Deno.test("a view that lacks a key is refused", () => {
  const writer = new ExpressionWriter(kernel, []);
  const whole = { ...pointsView(kernel, 64, writer), ...head(writer) };
  assert.ok(RENDER.points(whole).includes("fn main("));
  const { total: _, ...incomplete } = whole;
  // What the types forbid is given on purpose.
  assert.throws(() => RENDER.points(incomplete as typeof whole), /"total" not defined/);
});
