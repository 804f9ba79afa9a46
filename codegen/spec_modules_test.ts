import assert from "node:assert/strict";
import { loadDeclarations } from "./spec_modules.ts";
import { withFolder } from "../explain/temporary_module.ts";

const DSL = new URL("../dsl/mod.ts", import.meta.url).href;

/** A layer's declaration as a user writes it. */
function layer(exported: string, name: string): string {
  return `export const ${exported} = defineLayer({
  name: "${name}",
  inputs: { x: tensor(dim("B"), dim("N")) },
  forward: ({ x }) => tanh(x),
});
`;
}

/** Loads specs with these texts; the language is imported for them. */
async function loadTexts(texts: Readonly<Record<string, string>>): Promise<readonly string[]> {
  let names: readonly string[] = [];
  await withFolder(async (folder) => {
    const urls: string[] = [];
    for (const [file, text] of Object.entries(texts)) {
      const url = new URL(file, folder);
      const imports = `import { defineLayer, dim, matmul, tanh, tensor, times } from "${DSL}";\n`;
      await Deno.writeTextFile(url, imports + text);
      urls.push(url.href);
    }
    names = (await loadDeclarations(urls)).map((each) => each.name);
  });
  return names;
}

/** What a user who writes this spec is told. */
async function complaint(
  text: string,
  beside: Readonly<Record<string, string>> = {},
): Promise<string> {
  try {
    await loadTexts({ "spec.ts": text, ...beside });
  } catch (error) {
    assert.ok(error instanceof Error);
    assert.equal(error.name, "DeclarationError");
    return error.message;
  }
  return assert.fail("the spec was loaded");
}

Deno.test("declarations come in order of name, whatever their modules and exports are called", async () => {
  assert.deepEqual(
    await loadTexts({
      "b.ts": layer("first", "zebra") + layer("second", "ant") + "export const other = 3;\n",
      "a.ts": layer("third", "mole"),
    }),
    ["ant", "mole", "zebra"],
  );
});

Deno.test("a declaration that two modules export is one declaration", async () => {
  const again = `export { first } from "./spec.ts";\n`;
  assert.deepEqual(
    await loadTexts({ "spec.ts": layer("first", "once"), "again.ts": again }),
    ["once"],
  );
});

Deno.test("a module without declarations is named", async () => {
  assert.match(
    await complaint("export const x = 1;\n"),
    /^Cannot generate from file:.*spec\.ts: it exports no layer and no model; export the result of/,
  );
});

Deno.test("a module that is not there, or does not load, is named with the reason", async () => {
  await assert.rejects(loadDeclarations([new URL("./no_such_spec.ts", import.meta.url).href]), {
    name: "DeclarationError",
    message: /^Cannot load the spec file:.*no_such_spec\.ts: .*not found/i,
  });
  assert.match(
    await complaint("export const x = thahn(1);\n"),
    /thahn is not defined.*spec\.ts:2:\d+/,
  );
  assert.match(
    await complaint(`import { reluu } from "${DSL}";\nexport { reluu };\n`),
    /^Cannot load the spec .*reluu/,
  );
  assert.match(await complaint("export const x = ;\n"), /^Cannot load the spec .*spec\.ts/);
});

Deno.test("names that cannot be told apart as folders are refused with both", async () => {
  assert.match(
    await complaint(layer("a", "twin"), { "other.ts": layer("b", "twin") }),
    /^Cannot generate "twin" of .*other\.ts: another declaration is named "twin"/,
  );
  assert.match(
    await complaint(layer("a", "Twin") + layer("b", "twin")),
    /another declaration is named "(T|t)win", and folder names must differ by more than case; rename one$/,
  );
});

Deno.test("a name that is no identifier is refused where it is declared", async () => {
  assert.match(
    await complaint(layer("a", "my-layer")),
    /^Cannot declare a layer "my-layer": use a letter followed by letters, digits or "_" \(at .*spec\.ts:2:\d+\)$/,
  );
});

Deno.test("a wrong dim is a sentence with the declaration and both shapes", async () => {
  const text = `export const wrong = defineLayer({
  name: "wrong",
  inputs: { x: tensor(dim("B"), dim("K")) },
  params: { W: tensor(dim("N"), dim("O")) },
  forward: ({ x, W }) => matmul(x, W),
});
`;
  assert.match(
    await complaint(text),
    /^In wrong: Cannot multiply x\[B, K\] by W\[N, O\]: inner dims must match, got K and N/,
  );
});

Deno.test("slices that do not divide a size are refused with both numbers", async () => {
  const text =
    `import { defineModel, sharedLinear, relu, sgd, sequential, softmaxCrossEntropy } from "${DSL}";
export const model = defineModel({
  name: "uneven",
  inputs: { x: tensor(dim("B"), 1000), label: tensor(dim("B")).u32() },
  forward: ({ x }) => sequential(x, [sharedLinear({ n: 7, O: 10 })]),
  loss: softmaxCrossEntropy,
  optimizer: sgd(),
});
`;
  assert.match(await complaint(text), /^In .*shared_linear.*1000.*7/);
});
