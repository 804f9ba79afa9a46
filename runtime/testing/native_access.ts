/**
 * The native backend for tests, which are ignored where this machine has no C compiler.
 *
 * @module
 */
import type { Backend } from "../backend.ts";
import { type NativeOptions, openNative } from "../native/backend.ts";

const search = await openNative();

/** Whether this machine makes machine code. */
export const hasCompiler = search.found;

/** Opens a backend that ends with the test. */
export type OpenNative = (options?: NativeOptions) => Promise<Backend>;

/** A test with backends that are disposed of afterwards. Ignored where nothing compiles C. */
export function nativeTest(name: string, test: (open: OpenNative) => Promise<void>): void {
  Deno.test(name, { ignore: !hasCompiler }, async () => {
    const opened: Backend[] = [];
    try {
      await test(async (options) => {
        const found = await openNative(options);
        if (!found.found) throw new Error(found.why);
        opened.push(found.backend);
        return found.backend;
      });
    } finally {
      for (const backend of opened) await backend.dispose();
    }
  });
}
