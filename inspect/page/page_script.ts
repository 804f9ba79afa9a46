/**
 * The script of pages, for browsers.
 *
 * @module
 */
import { bundleForBrowser } from "../../commands/browser_bundle.ts";

/**
 * The script as one text.
 *
 * @throws {BundleError} if it cannot be bundled
 */
export async function pageScript(): Promise<string> {
  const { script, files } = await bundleForBrowser(new URL("client/main.ts", import.meta.url));
  return new TextDecoder().decode(files.get(script));
}
