import assert from "node:assert/strict";
import Handlebars from "handlebars";
import { biasRelu, moduleOf, product } from "../../kernel/sample_kernels.ts";
import { ExpressionWriter } from "./expression.ts";
import { RENDER, TEMPLATES } from "./render.ts";
import { contractView, headView, pointsView } from "./view.ts";

const B = { name: "B" }, K = { name: "K" }, O = { name: "O" };
const kernel = product({
  layout: "NT",
  sizes: [B, O, K],
  batch: [{ name: "h", extent: { name: "H" } }],
  epilogue: biasRelu,
});
const module = moduleOf([kernel], { fixedDims: ["H", "K", "O"], callDims: ["B"] });

function head(writer: ExpressionWriter) {
  return headView(kernel, writer, {
    title: "title",
    comments: ["comment"],
    uniforms: module.programs[0]?.uniforms ?? [],
    constants: module.fixedDims,
  });
}

function contractKeys(): ReadonlySet<string> {
  const writer = new ExpressionWriter(kernel, module.callDims);
  assert.equal(kernel.schedule.frame, "contract");
  if (kernel.schedule.frame !== "contract") return new Set();
  return keysOf({ ...contractView(kernel, kernel.schedule, writer), ...head(writer) });
}

function pointsKeys(): ReadonlySet<string> {
  const writer = new ExpressionWriter(kernel, module.callDims);
  return keysOf({ ...pointsView(kernel, 64, writer), ...head(writer) });
}

/** Every name in a view: of its properties, and of theirs. */
function keysOf(value: unknown, found: Set<string> = new Set()): ReadonlySet<string> {
  if (Array.isArray(value)) value.forEach((each) => keysOf(each, found));
  else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      found.add(key);
      keysOf(inner, found);
    }
  }
  return found;
}

/** Every name that a template, and the head it includes, asks a view for; helpers are not among them. */
function placeholdersOf(name: keyof typeof TEMPLATES): ReadonlySet<string> {
  const found = new Set<string>();
  class Finder extends Handlebars.Visitor {
    override PathExpression(path: hbs.AST.PathExpression): void {
      if (path.original !== "each") path.parts.forEach((part) => found.add(part));
    }
    override PartialStatement(partial: hbs.AST.PartialStatement): void {
      const included = "original" in partial.name ? String(partial.name.original) : "";
      assert.equal(included, "head");
      for (const each of placeholdersOf("head")) found.add(each);
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
