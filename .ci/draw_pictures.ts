/**
 * Draws the pictures of the documents anew, and takes that of the README, if there is a Chromium:
 * `deno run --allow-all .ci/draw_pictures.ts`.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { compile } from "../codegen/pipeline.ts";
import { chosenDeclarations } from "../explain/choice.ts";
import { chromiumPath, startChromium } from "../runtime/testing/browser/chromium.ts";
import { tileSvg } from "../inspect/figures/figures.ts";
import type { TileStep } from "../inspect/figures/tile_walk.ts";
import { materialOf } from "../inspect/material.ts";
import { declarationPage } from "../inspect/page/make_page.ts";
import { pageScript } from "../inspect/page/page_script.ts";

/** Where the pictures are. */
export const PICTURES = new URL("../docs/pictures/", import.meta.url);

/** The layer that `docs/reading_a_kernel.md` is about, and its kernel, which is a program too. */
const [LAYER, KERNEL] = ["shared_linear", "grad_w"] as const;

/** The steps that it shows, by the names of their files, and the invocation that it follows. */
const STEPS: Readonly<Record<string, TileStep>> = {
  "tile_owners.svg": { kind: "place" },
  "tile_copy.svg": { kind: "copy", side: "rows" },
  "tile_products.svg": { kind: "add", at: 3 },
};
const FOLLOWED = { row: 1, column: 9 } as const;

async function theLayer() {
  const [declaration] = await chosenDeclarations("draw", [], [LAYER]);
  if (declaration === undefined) throw new Error(`There is no ${LAYER}`);
  return declaration;
}

/** The drawn pictures, by the names of their files. */
export async function drawnPictures(): Promise<ReadonlyMap<string, string>> {
  const { stages } = compile(await theLayer());
  const kernel = stages.flatMap(({ program }) => program.kernels)
    .find(({ name }) => name === KERNEL);
  if (kernel === undefined) throw new Error(`${LAYER} has no ${KERNEL}`);
  return new Map(
    Object.entries(STEPS).map(([name, step]) => [name, tileSvg(kernel, step, FOLLOWED)]),
  );
}

/** A picture of the inspector's page: somebody points at a line of the shader. */
async function screenshot(): Promise<Uint8Array> {
  const path = await Deno.makeTempFile({ suffix: ".html" });
  const browser = await startChromium();
  try {
    const options = {
      script: await pageScript(),
      allRules: false,
      isServed: false,
      first: { program: KERNEL, kernel: KERNEL },
      spec: undefined,
    };
    await Deno.writeTextFile(
      path,
      await declarationPage(await materialOf(await theLayer(), []), options),
    );
    const { page } = await browser.newPage({ viewport: { width: 1280, height: 720 } });
    await page.goto(`${pathToFileURL(path)}#${KERNEL}/kernels/${KERNEL}/gpu.wgsl`);
    const line = page.locator(".view.is-shown .panel:not([hidden]) .l")
      .filter({ hasText: "sum_1_0 += left_0.y" });
    await line.scrollIntoViewIfNeeded();
    await line.hover();
    return await page.screenshot();
  } finally {
    await browser.close();
    await Deno.remove(path);
  }
}

async function main(): Promise<void> {
  await Deno.mkdir(PICTURES, { recursive: true });
  for (const [name, svg] of await drawnPictures()) {
    await Deno.writeTextFile(new URL(name, PICTURES), svg);
  }
  if (chromiumPath === undefined) console.error("The page is not pictured: there is no Chromium.");
  else await Deno.writeFile(new URL("inspector.png", PICTURES), await screenshot());
}

if (import.meta.main) await main();
