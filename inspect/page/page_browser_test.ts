import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import type { BrowserContextOptions, Page } from "playwright-core";
import type { PageServer } from "../../commands/page_server.ts";
import { chosenDeclarations } from "../../explain/choice.ts";
import {
  type Chromium,
  chromiumPath,
  startChromium,
} from "../../runtime/testing/browser/chromium.ts";
import { materialOf } from "../material.ts";
import { declarationPage } from "./make_page.ts";
import { pageScript } from "./page_script.ts";
import { servePages } from "./serve_pages.ts";

let chromium: Chromium | undefined;
let folder = "";
const files = new Map<string, string>();

if (chromiumPath !== undefined) {
  Deno.test.beforeAll(async () => {
    chromium = await startChromium();
    folder = await Deno.makeTempDir({ prefix: "tilewright-" });
    const script = await pageScript();
    for (const name of ["shared_linear", "mnist_shared"]) {
      const [declaration] = await chosenDeclarations("inspect", [], [name]);
      assert.ok(declaration !== undefined);
      const page = await declarationPage(await materialOf(declaration, []), {
        script,
        allRules: false,
        isServed: false,
        first: { program: undefined, kernel: undefined },
        spec: undefined,
      });
      files.set(name, `${folder}/${name}.html`);
      await Deno.writeTextFile(`${folder}/${name}.html`, page);
    }
  });
  Deno.test.afterAll(async () => {
    await chromium?.close();
    await Deno.remove(folder, { recursive: true });
  });
}

interface Visit {
  /** After the `#`. */
  readonly hash?: string;
  readonly options?: BrowserContextOptions;
}

/** Opens a page, written to a file; nothing but the file may be asked for, and nothing complained about. */
async function visit(
  name: string,
  { hash = "", options }: Visit,
  test: (page: Page) => Promise<void>,
): Promise<void> {
  const url = pathToFileURL(files.get(name) ?? assert.fail(name)).href;
  await watched(`${url}${hash === "" ? "" : `#${hash}`}`, options, async (page, requests) => {
    await test(page);
    const asked = new Set(requests.filter((each) => !each.startsWith("data:")));
    assert.deepEqual([...asked], [url]);
  });
}

async function watched(
  url: string,
  options: BrowserContextOptions | undefined,
  test: (page: Page, requests: readonly string[]) => Promise<void>,
): Promise<void> {
  assert.ok(chromium !== undefined);
  const { page, takeComplaints, close } = await chromium.newPage({
    viewport: { width: 1400, height: 900 },
    reducedMotion: "reduce",
    ...options,
  });
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(url);
  await test(page, requests);
  assert.deepEqual(takeComplaints(), []);
  await close();
}

function browserTest(name: string, test: () => Promise<void>): void {
  Deno.test(name, { ignore: chromiumPath === undefined }, test);
}

/** A line of what is shown, by a part of its text. */
const codeLine = (page: Page, text: string) =>
  page.locator(".view.is-shown .panel:not([hidden]) .l").filter({ hasText: text }).first();
const sourceLine = (page: Page, text: string) =>
  page.locator(".sources .l").filter({ hasText: text }).first();
const classesOf = async (page: Page, selector: string) =>
  (await page.locator(selector).allTextContents()).map((text) => text.trim());
const id = (value: string) => `[id="${value}"]`;

/** What axe finds wrong. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { violations } = await Reflect.get(globalThis, "axe").run();
    return JSON.stringify(violations);
  });
  const list: readonly { readonly id: string; readonly nodes: readonly { html: string }[] }[] = JSON
    .parse(found);
  return list.map(({ id, nodes }) => `${id}: ${nodes.length}, such as ${nodes[0]?.html}`);
}

browserTest("pointing at a line of a shader shows where it comes from, and back", async () => {
  await visit("shared_linear", {}, async (page) => {
    assert.equal(await page.locator(".view.is-shown h2").innerText(), "2 forward");
    await codeLine(page, "y[b * O + o] = acc;").hover();
    assert.deepEqual(await classesOf(page, ".sources .is-chief"), [
      "forward: ({ x, W }) => matmul(x, transpose(tile(W, [1, n]))),",
    ]);
    assert.match(await page.locator(".trail").innerText(), /^Comes from\s+shared_linear\.ts:24/);
    await page.locator("h1").hover();
    assert.equal(await page.locator(".is-chief, .is-partner, .is-subject").count(), 0);
    await sourceLine(page, "forward: ({ x, W })").hover();
    const partners = await classesOf(page, "#views .is-chief, #views .is-partner");
    assert.ok(partners.includes("y[b * O + o] = acc;"), partners.join("\n"));
    assert.ok(!partners.some((text) => text.startsWith("//")));
    // The gradient by hand is no part of this program.
    assert.doesNotMatch(
      await sourceLine(page, "gx: matmul(gy").getAttribute("class") ?? "",
      /is-used/,
    );
    assert.match(await sourceLine(page, "forward: ({").getAttribute("class") ?? "", /is-used/);
  });
});

browserTest("a line that is clicked keeps its partners, and brings them into view", async () => {
  await visit("mnist_shared", { hash: "step/kernels/update_l1_W/plain.wgsl" }, async (page) => {
    const wanted = sourceLine(page, "const mNext = named(");
    const isInSight = () =>
      wanted.evaluate((line) => {
        const { top, bottom } = line.getBoundingClientRect();
        return top >= 0 && bottom <= Reflect.get(globalThis, "innerHeight");
      });
    assert.equal(await isInSight(), false);
    const line = codeLine(page, "let m_next =");
    await line.click();
    assert.equal(await isInSight(), true);
    assert.match(await wanted.getAttribute("class") ?? "", /is-chief/);
    await page.locator("h1").hover();
    assert.equal(await line.getAttribute("aria-pressed"), "true");
    assert.match(await wanted.getAttribute("class") ?? "", /is-chief/);
    assert.match(
      await page.locator(".announcer").innerText(),
      /^Comes from dsl\/optimizers\/adam\.ts, line \d+: const mNext/,
    );
    await page.keyboard.press("Escape");
    assert.equal(await page.locator(".is-chief").count(), 0);
  });
});

browserTest("lines are walked through by arrow keys, one stop of Tab for a block", async () => {
  await visit("shared_linear", {}, async (page) => {
    const block = page.locator(`${id("forward/kernels/forward/wgsl")} pre`);
    assert.equal(await block.locator('[tabindex="0"]').count(), 1);
    await block.focus();
    await page.keyboard.press("Tab");
    const focused = () => page.locator(":focus").innerText();
    const first = await focused();
    assert.match(first, /^override K: u32;/);
    await page.keyboard.press("ArrowDown");
    assert.match(await focused(), /^override O: u32;/);
    assert.ok(await page.locator(".sources .is-chief, .sources .is-partner").count() > 0);
    await page.keyboard.press("Enter");
    assert.equal(await page.locator(":focus").getAttribute("aria-pressed"), "true");
    await page.keyboard.press("Home");
    assert.equal(await focused(), first);
    assert.equal(await block.locator('[tabindex="0"]').count(), 1);
  });
});

browserTest("rewriting is stepped through by keys and buttons, and told", async () => {
  await visit("mnist_shared", { hash: "step/rewriting" }, async (page) => {
    const position = page.locator(".view.is-shown .position");
    const title = () => page.locator(".view.is-shown .step:not([hidden]) h3").innerText();
    const count = await page.locator(".view.is-shown .step").count();
    assert.equal(await position.innerText(), `1 of ${count}`);
    await page.keyboard.press("ArrowLeft");
    assert.equal(await position.innerText(), `1 of ${count}`);
    for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
    assert.equal(await position.innerText(), `4 of ${count}`);
    assert.equal(await title(), "Step 4 fold-across-tile");
    assert.match(page.url(), /#step\/rewriting\/4$/);
    const step = page.locator(".view.is-shown .step:not([hidden])");
    assert.match(await step.locator(".saving").innerText(), /180 MFLOP → 18 MFLOP, 10 times fewer/);
    assert.match(await step.locator(".identity").innerText(), /tile\(W, n\)/);
    for (const [selector, sign] of [["ins", "+ "], ["del", "- "]] as const) {
      const lines = await step.locator(selector).allTextContents();
      assert.ok(lines.length > 0 && lines.every((line) => line.startsWith(sign)));
    }
    assert.match(
      await page.locator(".announcer").innerText(),
      /^Step 4 of \d+: fold-across-tile\. 180 MFLOP/,
    );
    await page.getByRole("button", { name: "Previous" }).and(page.locator(":visible")).click();
    assert.equal(await position.innerText(), `3 of ${count}`);
  });
});

browserTest("an address leads to a stage, and to the start where it leads nowhere", async () => {
  const shown: readonly (readonly [string, string])[] = [
    ["step/rewriting/6", "step: rewriting"],
    ["step", "Program step"],
    ["step/kernels/loss/wat", "5 loss"],
    ["nothing/here", "1 relu1"],
    ["%zz", "1 relu1"],
  ];
  for (const [hash, heading] of shown) {
    await visit("mnist_shared", { hash }, async (page) => {
      assert.equal(await page.locator(".view.is-shown").count(), 1);
      assert.equal(await page.locator(".view.is-shown h2").innerText(), heading);
    });
  }
  await visit("mnist_shared", { hash: "step/kernels/loss/wat" }, async (page) => {
    const tab = page.getByRole("tab", { selected: true }).and(page.locator(":visible"));
    assert.equal(await tab.innerText(), "WebAssembly");
    await tab.press("ArrowRight");
    assert.equal(await tab.innerText(), "C");
    await tab.press("ArrowRight");
    assert.equal(await tab.innerText(), "Binding");
    assert.match(page.url(), /#step\/kernels\/loss\/binding$/);
    await page.getByRole("link", { name: "10 update_l1_W" }).first().click();
    assert.equal(await tab.innerText(), "Binding");
    assert.match(await page.title(), /^10 update_l1_W · mnist_shared/);
    await page.goBack();
    assert.equal(await page.locator(".view.is-shown h2").innerText(), "5 loss");
  });
});

browserTest("a shader stands beside its plain twin", async () => {
  await visit("mnist_shared", { hash: "step/kernels/update_l1_W" }, async (page) => {
    const panels = page.locator(".view.is-shown .panel:visible");
    assert.equal(await panels.count(), 1);
    const button = page.getByRole("button", { name: "Beside its plain twin" })
      .and(page.locator(":visible"));
    await button.click();
    assert.equal(await button.getAttribute("aria-pressed"), "true");
    assert.equal(await panels.count(), 2);
    const [left, right] = await Promise.all([0, 1].map((at) => panels.nth(at).boundingBox()));
    assert.ok(left && right && left.x + left.width <= right.x + 1 && left.y === right.y);
    await codeLine(page, "let m_next =").click();
    const twin = panels.nth(1).locator(".is-partner");
    assert.ok((await twin.allTextContents()).some((text) => text.includes("let m_next =")));
    await button.click();
    assert.equal(await panels.count(), 1);
  });
});

browserTest("text that two programs have is shown in both", async () => {
  await visit("mnist_shared", { hash: "step/kernels/relu1/wgsl" }, async (page) => {
    const code = page.locator(`${id("step/kernels/relu1/wgsl")} pre`);
    assert.match(await code.innerText(), /mnist_shared\.step: relu1/);
  });
  await visit("mnist_shared", { hash: "step/kernels/relu1/wat" }, async (page) => {
    const texts = await page.locator(".view.is-shown .panel:visible pre").allTextContents();
    assert.match(texts.join(), /\(func \$relu1/);
  });
});

browserTest("light and dark follow the system until one is chosen", async () => {
  const background = (page: Page) =>
    page.locator("html").evaluate((root) =>
      Reflect.get(globalThis, "getComputedStyle")(root).backgroundColor
    );
  await visit("shared_linear", { options: { colorScheme: "dark" } }, async (page) => {
    const dark = await background(page);
    await page.emulateMedia({ colorScheme: "light" });
    const light = await background(page);
    assert.notEqual(dark, light);
    const button = page.getByRole("button", { name: "Dark" });
    // The page hears of the system's change a moment after its colours have changed.
    await button.and(page.locator("[aria-pressed=false]")).waitFor();
    await button.click();
    assert.equal(await background(page), dark);
    assert.equal(await button.getAttribute("aria-pressed"), "true");
    await page.reload();
    assert.equal(await background(page), dark);
    assert.equal(await button.getAttribute("aria-pressed"), "true");
  });
});

browserTest("a tile is stepped through, and any of its invocations followed", async () => {
  await visit("shared_linear", { hash: "grad_w/kernels/grad_w/tile" }, async (page) => {
    const shown = page.locator(".view.is-shown tile-walk");
    const [title, words] = [shown.locator(".told h4"), shown.locator(".told p")];
    const mine = () => shown.locator("svg .mine").count();
    assert.equal(await title.innerText(), "1 of 9: Who owns what");
    assert.match(await words.innerText(), /Invocation 18 keeps 16 sums .* o 4 to 7 and k 8 to 11/);
    assert.equal(await shown.locator(".all-steps").isVisible(), false);
    await shown.locator(".next").click();
    assert.equal(await title.innerText(), "2 of 9: Copy gy");
    assert.match(await words.innerText(), /Invocation 18 copies o 8 to 11 at b 4 to 7\.$/);
    assert.equal(await mine(), 1);
    // The sums are in the lower right part of the picture: the very last is that of the last invocation.
    const box = await shown.locator("svg .frame").nth(2).boundingBox() ?? assert.fail();
    await page.mouse.click(box.x + box.width - 3, box.y + box.height - 3);
    assert.equal(await shown.locator("input.row").inputValue(), "15");
    assert.match(await words.innerText(), /Invocation 255 copies none/);
    assert.equal(await mine(), 0);
    await shown.locator("input.row").fill("99");
    await shown.locator("input.column").fill("0");
    await shown.locator("input.column").press("Tab");
    assert.equal(await shown.locator("input.row").inputValue(), "15");
    assert.match(await words.innerText(), /Invocation 240 copies none/);
    await shown.locator("input.step").focus();
    for (let i = 0; i < 20; i++) await page.keyboard.press("ArrowRight");
    assert.equal(await title.innerText(), "9 of 9: Store the sums");
    assert.equal(await shown.locator(".next").getAttribute("aria-disabled"), "true");
    await shown.locator(".play").click();
    await title.filter({ hasText: "1 of 9" }).waitFor();
    await title.filter({ hasText: "2 of 9" }).waitFor();
    await shown.locator(".play").click();
    assert.equal(await shown.locator(".play").getAttribute("aria-pressed"), "false");
  });
});

browserTest("a program's memory is a picture and a table, its costs a table", async () => {
  await visit("mnist_shared", { hash: "step" }, async (page) => {
    const shown = page.locator(".view.is-shown");
    const update = shown.locator(".costs tbody tr").filter({ hasText: "update_l1_W" });
    assert.match(await update.innerText(), /contract\s+157 MFLOP 42 %\s+19\.5 MB 63\.2 %\s+8\.0/);
    assert.equal(
      await shown.locator("svg.memory").getAttribute("aria-label"),
      "The memory of step over its 14 calls: 29 tensors in 29 slots.",
    );
    const bar = shown.locator("svg.memory .of").filter({ hasText: /^l1\.W / });
    assert.equal(
      (await bar.locator("title").textContent())?.replace(/^.*?; /, ""),
      "changed by update_l1_W; read by relu1",
    );
    await shown.locator("details summary").filter({ hasText: "as a table" }).click();
    assert.ok(
      await shown.locator(".tensors tr").filter({ hasText: "g_relu1_untiled" }).isVisible(),
    );
  });
});

browserTest("axe finds nothing wrong, light or dark, wide or narrow", async () => {
  const visits: readonly (readonly [string, "light" | "dark", number])[] = [
    ["grad_w", "light", 1400],
    ["grad_w", "dark", 400],
    ["grad_w/kernels/grad_w/tile", "dark", 1400],
    ["grad_w/kernels/grad_w/tile", "light", 400],
    ["grad_w/rewriting/3", "dark", 1400],
    ["grad_w/rewriting/2", "light", 400],
    ["forward/kernels/forward/plain.wgsl", "light", 1400],
    ["forward/kernels/forward/plain.wgsl", "dark", 400],
    ["forward/kernels/forward/binding", "dark", 1400],
  ];
  for (const [hash, colorScheme, width] of visits) {
    const viewport = { width, height: 800 };
    await visit("shared_linear", { hash, options: { colorScheme, viewport } }, async (page) => {
      if (hash.endsWith("wgsl")) await codeLine(page, "acc +=").click();
      assert.deepEqual(await violations(page), [], `${hash}, ${colorScheme}`);
      const wider = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = Reflect.get(globalThis, "document").documentElement;
        return scrollWidth - clientWidth;
      });
      assert.ok(wider <= 0, `${hash} is ${wider} pixels too wide`);
    });
  }
});

browserTest("without its script a page is all text", async () => {
  await visit("shared_linear", { options: { javaScriptEnabled: false } }, async (page) => {
    for (const text of ["forward: ({ x, W })", "fn finish(b: u32", "after", "(func $grad_w"]) {
      assert.ok((await page.locator("body").innerText()).includes(text), text);
    }
  });
});

/** Serves a spec of one's own that may change. */
async function serving(test: (server: PageServer, spec: string) => Promise<void>): Promise<void> {
  const spec = `${folder}/own.ts`;
  const server = await servePages({ spec, allRules: false, port: 0 });
  try {
    await test(server, spec);
  } finally {
    await server.stop();
  }
}

const specText = (formula: string) => `
import { add, defineLayer, dim, mul, tensor } from "${new URL(
  "../../dsl/mod.ts",
  import.meta.url,
)}";
const B = dim("B");
export const own = defineLayer({
  name: "own",
  doc: "a layer of one's own",
  inputs: { x: tensor(B) },
  forward: ({ x }) => ${formula},
  typical: { B: 3 },
});
`;

browserTest("a served page is made anew when it is loaded, also after a mistake", async () => {
  await serving(async (server, spec) => {
    await Deno.writeTextFile(spec, specText("add(x, 1)"));
    await watched(server.url, undefined, async (page, requests) => {
      assert.deepEqual(await violations(page), []);
      await page.getByRole("link", { name: "own" }).click();
      await page.waitForURL("**/own");
      await codeLine(page, "x[b] + 1.0").hover();
      assert.deepEqual(await classesOf(page, ".sources .is-chief"), [
        "forward: ({ x }) => add(x, 1),",
      ]);
      await Deno.writeTextFile(spec, specText("mul(x, 2)"));
      await page.reload();
      assert.equal(await codeLine(page, "x[b] * 2.0").count(), 1);
      assert.deepEqual(
        [...new Set(requests.map((each) => new URL(each).protocol))],
        ["http:", "data:"]
          .filter((protocol) => requests.some((each) => each.startsWith(protocol))),
      );
      for (const each of requests) {
        assert.ok(each.startsWith(server.url) || each.startsWith("data:"), each);
      }
    });
    assert.ok(chromium !== undefined);
    const { page, takeComplaints, close } = await chromium.newPage();
    await page.goto(`${server.url}own`);
    await Deno.writeTextFile(spec, specText("mull(x, 2)"));
    assert.equal((await page.reload())?.status(), 500);
    const problem = await page.getByRole("alert").innerText();
    assert.match(problem, /^Cannot load the spec .*mull is not defined.*own\.ts:8:\d+\)/);
    assert.doesNotMatch(problem, /\n\s+at /);
    assert.deepEqual(await violations(page), []);
    await Deno.writeTextFile(spec, specText("mul(x, 3)"));
    assert.equal((await page.reload())?.status(), 200);
    assert.equal(await codeLine(page, "x[b] * 3.0").count(), 1);
    assert.equal((await page.goto(`${server.url}ownn`))?.status(), 404);
    assert.match(await page.getByRole("alert").innerText(), /Did you mean own\?$/);
    takeComplaints().forEach((each) => assert.match(each, /status of (404|500)/));
    await close();
  });
});
