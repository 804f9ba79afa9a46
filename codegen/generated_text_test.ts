/** What every generated text keeps to. */
import assert from "node:assert/strict";
import { defineLayer, tensor } from "../dsl/declare.ts";
import { dim } from "../dsl/dim.ts";
import * as t from "../dsl/tensor.ts";
import { loadDeclarations } from "./spec_modules.ts";
import { generateModule } from "./generate.ts";
import type { Declaration } from "./programs/programs.ts";

const ROOT = new URL("../", import.meta.url);
const GENERATED = new URL("generated/", ROOT);
const ENTITY = /&(lt|gt|amp|quot|apos|#x?[0-9a-f]+);/i;

/** The texts of a declaration by path. */
async function textsOf(declaration: Declaration): Promise<ReadonlyMap<string, string>> {
  const files = await generateModule(declaration, { runtime: "../../runtime" });
  return new Map(
    files.flatMap(({ path, content }) => typeof content === "string" ? [[path, content]] : []),
  );
}

/** The text of a path that ends like this. */
function ending(texts: ReadonlyMap<string, string>, end: string): string {
  const found = [...texts].find(([path]) => path.endsWith(end));
  assert.ok(found, end);
  return found[1];
}

const B = dim("B");

Deno.test("signs stay signs in every committed file", async () => {
  const paths: unknown = JSON.parse(await Deno.readTextFile(new URL("manifest.json", GENERATED)));
  assert.ok(Array.isArray(paths) && paths.length > 100);
  for (const path of paths) {
    if (/\.(wasm|onnx)$/.test(String(path))) continue;
    assert.doesNotMatch(await Deno.readTextFile(new URL(String(path), GENERATED)), ENTITY, path);
  }
});

Deno.test("every decimal in a committed shader is within the range of f32, before any rounding", async () => {
  const paths: unknown = JSON.parse(await Deno.readTextFile(new URL("manifest.json", GENERATED)));
  assert.ok(Array.isArray(paths));
  let count = 0;
  for (const path of paths.map(String).filter((each) => each.endsWith(".wgsl"))) {
    const code = (await Deno.readTextFile(new URL(path, GENERATED))).replaceAll(/\/\/.*/g, "");
    for (const [decimal] of code.matchAll(/\b\d+(\.\d+)?(e[-+]?\d+)?\b/g)) {
      assert.ok(Number(decimal) <= 3.4028234663852886e38, `${path}: ${decimal}`);
      count++;
    }
  }
  assert.ok(count > 1000);
});

Deno.test("a doc of signs is carried into bindings and documents as it is", async () => {
  const doc = "x where a < b && \"x\" = 'y', `z` > ${w} */ array<vec2<f32>>";
  const texts = await textsOf(defineLayer({
    name: "signs",
    doc,
    inputs: { x: tensor(B) },
    forward: ({ x }) => t.select(t.greater(x, 0), x, t.mul(x, 0.5)),
  }));
  assert.ok(ending(texts, "derivation.md").includes(doc));
  assert.ok(ending(texts, "signs.ts").includes(doc.replace("*/", "*\\/")));
  assert.ok(ending(texts, "forward.wgsl").includes("select(x[b] * 0.5, x[b], x[b] > 0.0)"));
  for (const [path, text] of texts) assert.doesNotMatch(text, ENTITY, path);
});

Deno.test("every function is written once in a text, also where forward and gradients use it", async () => {
  const declarations = await loadDeclarations(
    ["dsl/layers/mod.ts", "examples/mnist/spec.ts"].map((path) => new URL(path, ROOT).href),
  );
  const powers = defineLayer({
    name: "powers",
    inputs: { x: tensor(B) },
    forward: ({ x }) => t.add(t.pow(x, 3), t.mul(t.tanh(x), t.pow(x, 2.5))),
  });
  for (const declaration of [powers, ...declarations]) {
    for (const [path, text] of await textsOf(declaration)) {
      const functions = [
        ...text.matchAll(/\bfn (\w+)\(/g),
        ...text.matchAll(/^\s*\(func (\$\S+)/gm),
      ].map(([, name]) => name);
      assert.equal(new Set(functions).size, functions.length, path);
    }
  }
});

Deno.test("reserved words may name layers, tensors and dims; bindings show them as they are", async () => {
  const [rows, columns] = [dim("loop"), dim("override")];
  const texts = await textsOf(defineLayer({
    name: "struct",
    inputs: { filter: tensor(rows, columns) },
    params: { target: tensor(columns), self: tensor(columns) },
    forward: ({ filter, target, self }) => t.add(t.mul(filter, target), self),
  }));
  const binding = ending(texts, "struct.ts");
  for (const name of ["filter", "target", "self"]) {
    assert.match(binding, new RegExp(`^\\s*${name}: {`, "m"));
  }
  assert.match(binding, /export const struct = {/);
  assert.match(binding, /callDims: \["loop"\]/);
  assert.match(binding, /fixedDims: \["override"\]/);
  assert.match(binding, /overrides: { "override": "override_" }/);
  const wgsl = ending(texts, "forward.wgsl");
  assert.match(wgsl, /override override_: u32;/);
  assert.match(wgsl, /^ {2}loop_: u32,$/m);
  for (const name of ["filter_", "target_", "self_"]) {
    assert.match(wgsl, new RegExp(`var<storage, read> ${name}: array<f32>;`));
  }
});

Deno.test("numbers that no kernel can write are refused with the name of the declaration", () => {
  const withConstant = (value: number) =>
    defineLayer({
      name: "peculiar",
      inputs: { x: tensor(B) },
      forward: ({ x }) => t.maximum(x, value),
    });
  for (const value of [Infinity, -Infinity, NaN, 1e39]) {
    assert.throws(() => withConstant(value), {
      name: "DeclarationError",
      message: new RegExp(
        `^In peculiar: Cannot use the constant ${value.toString().replace("+", "\\+")}:`,
      ),
    });
  }
  for (const value of [-0, 1e-45, 3.4e38]) withConstant(value);
});

Deno.test("-0 and the smallest number are printed as themselves", async () => {
  const texts = await textsOf(defineLayer({
    name: "small",
    inputs: { x: tensor(B) },
    forward: ({ x }) => t.add(t.maximum(x, -0), t.minimum(x, 1e-45)),
  }));
  const wgsl = ending(texts, "forward.wgsl");
  assert.match(wgsl, /max\(x\[b\], -0\.0\)/);
  assert.match(wgsl, /min\(x\[b\], 1e-45\)/);
});
