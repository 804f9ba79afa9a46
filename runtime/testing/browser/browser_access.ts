/** Tests that run generated modules in a browser. @module */
import assert from "node:assert/strict";
import { PageBackend } from "./backend.ts";
import { chromiumPath, type OpenPage, openPage } from "./chromium.ts";
import type { PageInfo } from "./protocol.ts";

/** What a test is given. */
export interface Browser {
  readonly page: OpenPage;
  readonly info: PageInfo;
  readonly backend: PageBackend;
}

/** Registers a test. */
export type BrowserTest = (name: string, test: (browser: Browser) => Promise<void>) => void;

/**
 * Tests in one page, which has the modules of these files of generated bindings. Each fails if the page
 * shows an error or a warning that the test has not taken. Ignored where there is no Chromium.
 */
export function browserTests(bindings: readonly URL[]): BrowserTest {
  let browser: Browser | undefined;
  if (chromiumPath !== undefined) {
    Deno.test.beforeAll(async () => {
      const page = await openPage(bindings);
      const info = await page.call("open");
      browser = { page, info, backend: new PageBackend(page, info) };
    });
    Deno.test.afterAll(async () => {
      await browser?.page.close();
    });
  }
  return (name, test) => {
    Deno.test(name, { ignore: chromiumPath === undefined }, async () => {
      assert.ok(browser);
      await test(browser);
      assert.deepEqual(browser.page.takeComplaints(), []);
    });
  };
}
