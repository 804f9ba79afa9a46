import assert from "node:assert/strict";
import { sharedLinear } from "../dsl/mod.ts";
import { mnistShared } from "../examples/mnist/spec.ts";
import { generateModule } from "./generate.ts";
import { type PlacesFile, placesFile } from "./places_file.ts";
import type { Declaration } from "./programs/programs.ts";
import type { GeneratedFile } from "./targets/target.ts";

const LAYER = new URL("../dsl/layers/shared_linear.ts", import.meta.url);
const SPEC = new URL("../examples/mnist/spec.ts", import.meta.url);

/** A line of a generated file, and the text of the lines that it comes from. */
interface Linked {
  readonly text: string;
  readonly from: readonly string[];
}

const sources = new Map<string, readonly string[]>();
for (const url of [LAYER, SPEC]) {
  sources.set(url.href, (await Deno.readTextFile(url)).split("\n").map((line) => line.trim()));
}

const filesOf = (declaration: Declaration): Promise<readonly GeneratedFile[]> =>
  generateModule(declaration, { runtime: "../../runtime" });

function linesOf(files: readonly GeneratedFile[], path: string): readonly Linked[] {
  const file = files.find((each) => each.path.endsWith(path));
  assert.ok(typeof file?.content === "string", `${path} is generated`);
  return file.content.split("\n").map((text, at) => ({
    text: text.trim(),
    from: (file.provenances?.[at]?.places ?? []).flatMap(({ file, line }) =>
      sources.get(file)?.[line - 1] ?? []
    ),
  }));
}

/** The line with this text. */
function lineWith(lines: readonly Linked[], text: string): Linked {
  const found = lines.find((line) => line.text.includes(text) && !line.text.startsWith("//"));
  assert.ok(found !== undefined, `no line has ${text}`);
  return found;
}

const layer = await filesOf(sharedLinear);
const model = await filesOf(mnistShared);

Deno.test("each line of a forward kernel comes from the formula, each of gW's from the gradient by hand", () => {
  const forward = linesOf(layer, "forward/02_forward.wgsl");
  assert.match(lineWith(forward, "y[b * O + o] = ").from.join(), /^forward: \(\{ x, W \}\) =>/);
  for (const path of ["02_grad_w.wgsl", "02_grad_w.gpu.wgsl", "02_grad_w.plain.wgsl"]) {
    const lines = linesOf(layer, `grad_w/${path}`);
    assert.match(lineWith(lines, "gW[o * K + k] = acc").from.join(), /^gW: sum\(reshape\(/);
    assert.match(lineWith(lines, " += ").from.join(), /^gW: sum\(reshape\(/);
    assert.match(lineWith(lines, "> gy: ").from.join(), /gW: sum\(reshape\(/);
  }
});

Deno.test("a kernel of a model comes from the layer's formula and from the model's line", () => {
  const update = linesOf(model, "step/12_update_l2_W.plain.wgsl");
  const { from } = lineWith(update, "acc += ");
  assert.ok(from.some((line) => line.startsWith("sharedLinear({ K: 100")), from.join("\n"));
  assert.ok(from.some((line) => line.startsWith("forward: ({ x, W }) =>")), from.join("\n"));
  const rule = lineWith(update, "let W_next = ").from;
  assert.ok(rule.includes("optimizer: adam(),"), rule.join("\n"));
  const loss = lineWith(linesOf(model, "step/05_loss.wgsl"), "loss[b] = ").from;
  assert.match(loss.join(), /defineModel/);
});

Deno.test("in C, results and sums come from the formula and from the model's line", () => {
  const lines = linesOf(model, "kernels.c");
  for (const text of ["relu2[b * 900 + i] = ", "l2_W + i_panel * 100, sums);"]) {
    const { from } = lineWith(lines, text);
    assert.ok(from.some((line) => line.startsWith("sharedLinear({ K: 100")), `${text}: ${from}`);
  }
  assert.ok(lineWith(lines, "l2_W_m[").from.includes("optimizer: adam(),"));
  assert.deepEqual(lineWith(lines, "static void lay_out").from, []);
});

Deno.test("every line of code of every shader comes from somewhere, and comments come from nowhere", () => {
  for (const { path, content, provenances } of [...layer, ...model]) {
    if (!path.endsWith(".wgsl") || typeof content !== "string") continue;
    content.split("\n").forEach((line, at) => {
      const places = provenances?.[at]?.places ?? [];
      if (/^\s*(\/\/|$)/.test(line)) assert.deepEqual(places, [], `${path}: ${line}`);
      else if (!/^\s*[})]/.test(line)) assert.ok(places.length > 0, `${path}: ${line}`);
    });
    assert.doesNotMatch(content, /[\ue000-\uf8ff]/, `${path} has marks left`);
  }
});

Deno.test("the file of places tells the same of every line", () => {
  const { content } = placesFile(layer);
  // What was just written.
  const { places, files } = JSON.parse(String(content)) as PlacesFile;
  for (const { path, provenances = [] } of layer) {
    provenances.forEach((provenance, at) => {
      const run = files[path]?.findLast(([line]) => line <= at + 1) ?? [];
      assert.deepEqual(
        run.slice(1).map((each) => places[each]),
        (provenance?.places ?? []).map(({ file, line, column }) => `${file}:${line}:${column}`),
      );
    });
  }
});
