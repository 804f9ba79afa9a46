import assert from "node:assert/strict";
import { chosenDeclarations } from "../../explain/choice.ts";
import { materialOf } from "../material.ts";
import { type Stage, stagesOf } from "../stages.ts";
import { escaped } from "./coloured_code.ts";
import { assemblyStyle } from "./kernel_views.ts";
import { LineLinks } from "./line_links.ts";
import { type Figures, type FirstView, pageView } from "./page_view.ts";
import { renderPage, renderProblem, renderStart } from "./render.ts";

const painter = { lines: (text: string) => text.split("\n").map(escaped) };
const FILE = "file:///made/up.ts";
const LINES = ["const a = 1;", "const b = a < 2;", "const c = 3;"];

interface Change {
  readonly first?: Partial<FirstView>;
  readonly figures?: Figures;
  readonly change?: (stage: Stage) => Stage;
}

/** The view of a page whose source is made up. */
async function viewOf(
  name: string,
  { first = {}, figures, change = (stage) => stage }: Change = {},
) {
  const [declaration] = await chosenDeclarations("inspect", [], [name]);
  assert.ok(declaration !== undefined);
  const material = await materialOf(declaration, []);
  return pageView(
    {
      compilation: material.compilation,
      stagesOf: (program) => stagesOf(material, { program, allRules: false }).map(change),
      sources: [{
        file: FILE,
        text: LINES.join("\n"),
        excerpts: [{ firstLine: 2, lines: LINES.slice(1) }],
      }],
      declared: { file: FILE, line: 3 },
      links: new LineLinks(),
      command: `deno task inspect ${name}`,
      figures,
    },
    painter,
    { program: undefined, kernel: undefined, ...first },
  );
}

/** Every shader's line comes from line 2, every other one also from line 3. */
const withPlaces = (stage: Stage): Stage =>
  stage.language !== "wgsl" ? stage : {
    ...stage,
    places: stage.text.split("\n").map((_, at) =>
      (at % 2 === 0 ? [2] : [3, 2, 3]).map((line) => ({ file: FILE, line, column: 1 }))
    ),
  };

Deno.test("lines of source and of code meet in sets of lines", async () => {
  const { sources: [source], programs: [program], sets } = await viewOf("relu", {
    change: withPlaces,
  });
  const [forward] = program?.kernels ?? [];
  const shader = forward?.forms.find(({ label }) => label === "Shader")?.code ?? "";
  const used = Array.from(
    shader.matchAll(/<span class=l data-from=(\d+)>/g),
    ([, set]) => Number(set),
  );
  assert.ok(used.length > 10);
  const [even, odd] = [sets[used[0] ?? -1], sets[used[1] ?? -1]];
  const code = source?.excerpts[0]?.code ?? "";
  const idOf = (text: string) => Number(code.match(new RegExp(`data-line=(\\d+)>${text}`))?.[1]);
  assert.deepEqual(even, [idOf("const b")]);
  assert.deepEqual(odd, [idOf("const c"), idOf("const b")]);
  assert.equal(source?.isOwn, true);
  assert.match(code, /data-declaration data-line=\d+>const c/);
  assert.match(code, /const b = a &lt; 2;/);
});

Deno.test("a page without places has all forms and no links", async () => {
  const none = ({ places: _, ...stage }: Stage): Stage => stage;
  const view = await viewOf("shared_linear", { change: none });
  assert.deepEqual(view.sets, []);
  assert.deepEqual(view.programs.map(({ name }) => name), ["forward", "grad_x", "grad_w"]);
  const forward = view.programs[0]?.kernels[1];
  assert.deepEqual(forward?.forms.map(({ label, hasTwin, isTwin }) => [label, hasTwin, isTwin]), [
    ["Shader", true, false],
    ["For GPUs", true, false],
    ["Plain twin", false, true],
    ["Loops", false, false],
    ["WebAssembly", false, false],
    ["C", false, false],
    ["Binding", false, false],
  ]);
  const html = renderPage(view, false, { script: "", css: "" });
  assert.doesNotMatch(html, /data-(from|line)=/);
});

Deno.test("every id of a page is there once, and every link leads to one", async () => {
  const html = renderPage(await viewOf("mnist_shared"), false, { script: "1", css: "" });
  const ids = Array.from(html.matchAll(/\sid="([^"]+)"/g), ([, id = ""]) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const [, target = ""] of html.matchAll(/href="#([^"]+)"/g)) {
    assert.ok(ids.includes(target), target);
  }
});

Deno.test("a text that another program has too is there once", async () => {
  const view = await viewOf("mnist_shared");
  const forms = view.programs.flatMap(({ kernels }) => kernels).flatMap((each) => each.forms);
  const copies = forms.filter(({ sameAs }) => sameAs !== null);
  assert.ok(copies.length > 5);
  for (const { id, code, sameAs } of copies) {
    assert.equal(code, null);
    const original = forms.find((form) => form.id === sameAs);
    assert.ok(original !== undefined && original.code !== null, id);
    assert.equal(original.label, forms.find((form) => form.id === id)?.label);
  }
});

Deno.test("what was asked for is shown first, else the contraction of what was declared", async () => {
  const start = async (first: Partial<FirstView>) =>
    (await viewOf("mnist_shared", { first })).start;
  assert.equal(await start({}), "predict/kernels/relu1");
  assert.equal(await start({ program: "step" }), "step/kernels/relu1");
  assert.equal(await start({ program: "step", kernel: "loss" }), "step/kernels/loss");
  assert.equal((await viewOf("relu")).start, "forward/kernels/forward");
});

Deno.test("figures stand where they belong, and nowhere without any", async () => {
  const figures: Figures = {
    memoryFigure: (_, program) => `<b>memory of ${program}</b>`,
    costFigure: (_, program) => `<b>cost of ${program}</b>`,
    tileFigure: ({ name, schedule }) =>
      schedule.frame === "contract" ? `<b>tile of ${name}</b>` : undefined,
  };
  const view = await viewOf("shared_linear", { figures });
  const html = renderPage(view, false, { script: "", css: "" });
  for (const { name } of view.programs) {
    assert.ok(html.includes(`<b>memory of ${name}</b>`) && html.includes(`<b>cost of ${name}</b>`));
  }
  assert.ok(html.includes("<b>tile of forward</b>"));
  assert.ok(!html.includes("tile of fold_x"));
  const without = await viewOf("shared_linear");
  assert.ok(without.programs.every(({ memory, cost }) => memory === null && cost === null));
});

Deno.test("very much WebAssembly loses its colours, then its place", () => {
  const stage = (text: string): Stage => ({ id: "a.wat", title: "", language: "wat", text });
  assert.equal(assemblyStyle([stage("x".repeat(200_000)), stage("x".repeat(200_000))]), "coloured");
  assert.equal(assemblyStyle([stage("x".repeat(200_000)), stage("y")]), "plain");
  assert.equal(assemblyStyle([stage("x".repeat(1_200_001))]), "left out");
});

Deno.test("pages are complete, escaped, and have their script in one piece", async () => {
  const view = { ...await viewOf("relu"), doc: "a < b & <script>c</script>" };
  const page = renderPage(view, true, { script: 'const x = "</script>";', css: "i{}" });
  assert.match(page, /^<!doctype html>\n<html lang="en">/);
  assert.ok(page.includes("a &lt; b &amp; &lt;script&gt;c&lt;/script&gt;"));
  assert.ok(page.includes('const x = "<\\/script>";'));
  assert.ok(page.includes('<a class="home" href="/">'));
  assert.doesNotMatch(page, /\b(src|href)="(https?:|\/\/)/);
  const start = renderStart({
    groups: [{
      number: 1,
      name: "my <spec>.ts",
      declarations: [{ path: "a%20b", name: "a b", kind: "layer", doc: "x < y" }],
    }],
  }, { script: "", css: "" });
  assert.match(start, /<a href="\/a%20b">a b<\/a>/);
  assert.match(start, /my &lt;spec&gt;\.ts/);
  const problem = renderProblem({ name: "x", message: "a <b>", advice: "Do." }, {
    script: "",
    css: "",
  });
  assert.match(problem, /role="alert">a &lt;b&gt;</);
  assert.doesNotMatch(problem, /<script/);
});
