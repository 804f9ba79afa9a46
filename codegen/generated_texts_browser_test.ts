import assert from "node:assert/strict";
import type { ModuleSpec, ShaderSpec } from "../runtime/spec.ts";
import { browserTests } from "../runtime/testing/browser/browser_access.ts";
import type { Text } from "../runtime/testing/browser/protocol.ts";

const ROOT = new URL("../", import.meta.url);
const FOLDERS = ["generated/", "examples/custom_layer/generated/"];

/** Every module that was generated. */
const MODULES: readonly ModuleSpec[] = (await Promise.all(FOLDERS.map(async (folder) => {
  const manifest = new URL("manifest.json", new URL(folder, ROOT));
  const files: readonly string[] = JSON.parse(await Deno.readTextFile(manifest));
  const bindings = files.filter((file) => file.endsWith(".ts"));
  return await Promise.all(bindings.map(async (file): Promise<ModuleSpec> => {
    // A binding exports one module.
    const [module] = Object.values(await import(new URL(file, manifest).href));
    return module as ModuleSpec;
  }));
}))).flat();

const browserTest = browserTests([]);

/** The size that each dim of a text has here. */
const SIZE = 12;

/** The distinct texts of a module, with numbers for their constants. */
function textsOf({ name, programs }: ModuleSpec): readonly Text[] {
  const texts = new Map<string, Text>();
  for (const { kernels } of Object.values(programs)) {
    for (const { shader, gpu, plain, constants } of kernels) {
      const variants: readonly ShaderSpec<string>[] = [shader, ...gpu?.launches ?? [], plain];
      for (const text of variants) {
        const { file, source, overrides = {} } = text;
        const numbers = constants.map((dim) => [overrides[dim] ?? dim, SIZE]);
        texts.set(source, {
          file: `${name}/${file}`,
          source,
          constants: Object.fromEntries(numbers),
          // Others take seconds each, or are much alike; the tests of layers run them.
          pipeline: text === shader,
        });
      }
    }
  }
  return [...texts.values()];
}

for (const module of MODULES) {
  const texts = textsOf(module);
  browserTest(
    `${module.name}: ${texts.length} texts please the browser's compiler`,
    async ({ page, info }) => {
      const needsHalf = texts.some(({ source }) => /^enable f16;/m.test(source));
      if (needsHalf && !info.features.includes("shader-f16")) return;
      assert.deepEqual(await page.call("compile", texts), []);
    },
  );
}

browserTest("a text that is not WGSL is refused with its line", async ({ page }) => {
  const [text] = MODULES.flatMap(textsOf);
  assert.ok(text !== undefined);
  const source = text.source.replace("let ", "lett ");
  const [remarks] = await page.call("compile", [{ ...text, source }]);
  assert.match(remarks?.messages[0] ?? "", /^error at \d+:\d+: /);
  page.takeComplaints();
});
