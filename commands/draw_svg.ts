/** Draws plots. @module */
import type { TopLevelSpec } from "vega-lite";

/** A description of a plot, as Vega-Lite 6 takes it. */
export type PlotSpec = TopLevelSpec;

/**
 * Draws a plot as SVG, whose description is read to those who do not see it. The same description gives the same text, whatever was drawn before; names inside are
 * the same in all plots, so a page takes a plot as an image rather than as part of its own text.
 *
 * Vega is loaded here and not before, so that only those wait for it who draw.
 *
 * @throws {Error} if the description is none of Vega-Lite's
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const svg = await drawSvg({
 *   data: { values: [{ epoch: 1, loss: 0.5 }, { epoch: 2, loss: 0.25 }] },
 *   mark: "line",
 *   encoding: {
 *     x: { field: "epoch", type: "quantitative" },
 *     y: { field: "loss", type: "quantitative" },
 *   },
 * });
 * assert.match(svg, /^<svg /);
 * ```
 */
export async function drawSvg(spec: PlotSpec): Promise<string> {
  const [{ parse, View, resetSVGDefIds }, { compile }] = await Promise.all([
    import("vega"),
    import("vega-lite"),
  ]);
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  try {
    await view.runAsync();
    // Names of clipping paths are numbers that Vega counts on from plot to plot.
    resetSVGDefIds();
    return `${described(await view.toSVG(), spec.description)}\n`;
  } finally {
    view.finalize();
  }
}

/** Makes a picture one thing with a text for those who do not see it. */
function described(svg: string, description: string | undefined): string {
  if (description === undefined) return svg;
  const text = description.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(
    '"',
    "&quot;",
  );
  return svg.replace("<svg ", () => `<svg role="img" aria-label="${text}" `);
}
