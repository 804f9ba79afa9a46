import assert from "node:assert/strict";
import { CodePainter } from "./coloured_code.ts";

const painter = await CodePainter.load();

/** The text of HTML without tags. */
const textOf = (html: string) =>
  html.replaceAll(/<[^>]*>/g, "").replaceAll("&lt;", "<").replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");

Deno.test("colours change nothing of the text, in any language", () => {
  const texts = {
    typescript: "/* a\n b */\nconst x: Map<string, number> = `a & ${b}\n  c`;\n\n// end",
    graph: "t1[B, 2] = a < b & c\n\nreturn y = t1",
    kernel: "for b in B:\n  y[b] = x[b] > 0 ? 1 : 2",
    wgsl: "fn main() {\n  var<storage> x: array<f32>; // a && b\n}\n}",
    wat: "(func $f (param $x i32)\n  ;; a < b\n)",
    c: "static void f(float x) {\n  if (x < 2.0f) return; /* a < b */\n}",
  } as const;
  for (const [language, text] of Object.entries(texts) as [keyof typeof texts, string][]) {
    const lines = painter.lines(text, language);
    assert.deepEqual(lines.map(textOf), text.split("\n"), language);
    assert.ok(lines.some((line) => line.includes("<i class=")), language);
    assert.deepEqual(painter.lines(text, language), lines, "the second time too");
  }
});

Deno.test("each class has a colour for light pages and one for dark pages", () => {
  const used = new Set(
    painter.lines("let x = 1.0; // two", "wgsl").join().matchAll(/class=(c\d+)/g).map(([, name]) =>
      name
    ),
  );
  assert.ok(used.size >= 2);
  for (const name of used) {
    assert.match(
      painter.css,
      new RegExp(`^i\\.${name}\\{color:light-dark\\(#[0-9a-f]+,#[0-9a-f]+\\)\\}$`, "m"),
    );
  }
});

Deno.test("what looks like HTML stays text", () => {
  const [line = ""] = painter.lines('const x = "</script><b>&amp;";', "typescript");
  assert.doesNotMatch(line.replaceAll(/<\/?i[^>]*>/g, ""), /[<>]|&(?!amp;|lt;|gt;)/);
});
