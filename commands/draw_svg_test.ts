import assert from "node:assert/strict";
import { drawSvg, type PlotSpec } from "./draw_svg.ts";

/** Clipped lines, whose clipping path has a name, and a colour for each of two. */
const SPEC: PlotSpec = {
  title: "Two lines",
  data: { values: [0, 1, 2, 3].map((x) => ({ x, y: x * x, of: x % 2 === 0 ? "even" : "odd" })) },
  mark: { type: "line", clip: true },
  encoding: {
    x: { field: "x", type: "quantitative", scale: { domain: [0, 2] } },
    y: { field: "y", type: "quantitative", title: "squares" },
    color: { field: "of", type: "nominal" },
  },
};

Deno.test({
  name: "the same plot is the same text each time, with the permissions of narrow tasks",
  permissions: { read: true },
  async fn() {
    const first = await drawSvg(SPEC);
    assert.match(first, /^<svg [\s\S]*clip-path="url\(#[\s\S]*<\/svg>\n$/);
    for (const word of ["Two lines", "squares", "even", "odd"]) {
      assert.ok(first.includes(word), word);
    }
    assert.ok(await drawSvg(SPEC) === first);
  },
});

Deno.test("a description is the label of the picture", async () => {
  const svg = await drawSvg({ ...SPEC, description: 'a < b & "c" $&' });
  assert.ok(
    svg.startsWith('<svg role="img" aria-label="a &lt; b &amp; &quot;c&quot; $&amp;" '),
    svg,
  );
});

Deno.test("one who draws nothing loads no Vega", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL("draw_svg.ts", import.meta.url).pathname],
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout));
  const [{ dependencies }] = modules.filter(({ specifier }: { specifier: string }) =>
    specifier.endsWith("/draw_svg.ts")
  );
  const eager = dependencies.filter((each: { code?: unknown; isDynamic?: boolean }) =>
    each.code !== undefined && each.isDynamic !== true
  );
  assert.deepEqual(eager, []);
});
