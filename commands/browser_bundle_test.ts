import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  type BrowserBundle,
  BundleError,
  bundleForBrowser,
  type BundleOptions,
  sizeOf,
} from "./browser_bundle.ts";

/** Bundles the first of some files. */
async function bundleOf(
  files: Readonly<Record<string, string>>,
  options?: BundleOptions,
): Promise<BrowserBundle> {
  const folder = await Deno.makeTempDir({ prefix: "tilewright-" });
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(join(folder, name, ".."), { recursive: true });
      await Deno.writeTextFile(join(folder, name), text);
    }
    const entry = pathToFileURL(join(folder, Object.keys(files)[0] ?? ""));
    return await bundleForBrowser(entry, options);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const textOf = ({ files }: BrowserBundle, name: string) =>
  new TextDecoder().decode(files.get(name));

/** A module that names the file beside it, long after its first line. */
const naming = (name: string) =>
  `${"// a line\n".repeat(9)}export const ${name} = new URL(
  "./table.bin", import.meta.url);`;

Deno.test("files of one name in two folders come along under two names", async () => {
  const bundle = await bundleOf({
    "app/main.ts": `import { one } from "../one/one.ts"; import { two } from "../two/two.ts";
      const wide: number = 1; console.log(wide, one, two);
      new Worker(new URL("./work.ts", import.meta.url), { type: "module" });`,
    "app/work.ts": `import { one } from "../one/one.ts"; postMessage(one as URL);`,
    "one/one.ts": naming("one"),
    "two/two.ts": naming("two"),
    "one/table.bin": "first",
    "two/table.bin": "second",
  });
  const names = ["app_main.js", "app_work.js", "one_table.bin", "two_table.bin"];
  assert.deepEqual([...bundle.files.keys()].sort(), names);
  assert.equal(bundle.script, "app_main.js");
  assert.equal(textOf(bundle, "two_table.bin"), "second");
  const main = textOf(bundle, "app_main.js");
  assert.match(main, /one_table\.bin.*two_table\.bin.*app_work\.js/s);
  assert.doesNotMatch(main, /number|\.ts/);
  assert.match(textOf(bundle, "app_work.js"), /new URL\("\.\/one_table\.bin",import\.meta\.url\)/);
  const sources = [...bundle.sources].map((url) => url.split("/").slice(-2).join("/")).sort();
  assert.deepEqual(sources, [
    "app/main.ts",
    "app/work.ts",
    "one/one.ts",
    "one/table.bin",
    "two/table.bin",
    "two/two.ts",
  ]);
});

Deno.test("what browsers cannot use is left out, module or file", async () => {
  const bundle = await bundleOf({
    "app/main.ts": `import { text } from "./text.ts";
      if ("Deno" in globalThis) console.log(await import("./machine/code.ts"), text);`,
    "app/text.ts": `export const text = new URL("./kernels.c", import.meta.url);`,
    "app/machine/code.ts": `console.log("machine code");`,
    "app/kernels.c": "int one;",
  }, { without: ["/machine/code.ts", ".c"] });
  assert.deepEqual([...bundle.files.keys()], ["app_main.js"]);
  const main = textOf(bundle, "app_main.js");
  assert.match(main, /import\("\.\/machine\/code\.ts"\)/);
  assert.match(main, /new URL\("\.\/kernels\.c",import\.meta\.url\)/);
  assert.doesNotMatch(main, /machine code/);
});

Deno.test("folders of one name do not make one file of two", async () => {
  const bundle = await bundleOf({
    "main.ts": `import { one } from "./a/same/one.ts"; import { two } from "./b/same/two.ts";
      console.log(one, two);`,
    "a/same/one.ts": naming("one"),
    "b/same/two.ts": naming("two"),
    "a/same/table.bin": "first",
    "b/same/table.bin": "second",
  });
  assert.equal(textOf(bundle, "same_table.bin"), "first");
  assert.equal(textOf(bundle, "same_table_2.bin"), "second");
});

Deno.test("what cannot be bundled is refused by its name", async () => {
  const broken: readonly (readonly [Record<string, string>, RegExp])[] = [
    [{ "main.ts": `import "./missing.ts";` }, /^Cannot bundle .*main\.ts: .*missing\.ts/],
    [{ "main.ts": `const = 1;` }, /^Cannot bundle .*main\.ts: /],
    [{ "main.ts": naming("one") }, /^Cannot bundle .*table\.bin: .*No such file/],
  ];
  for (const [files, message] of broken) {
    await assert.rejects(bundleOf(files), (error) => {
      assert.ok(error instanceof BundleError);
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("sizes are those of all files, plain and packed", async () => {
  const size = await sizeOf([new Uint8Array(1000), new Uint8Array(500)]);
  assert.equal(size.bytes, 1500);
  assert.ok(size.gzipped > 40 && size.gzipped < 100);
});
