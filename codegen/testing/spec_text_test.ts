import assert from "node:assert/strict";
import { isLayer, type LayerDeclaration } from "../../dsl/declare.ts";
import type { Node, OpKind } from "../../dsl/ops.ts";
import { topologicalOrder } from "../graph/graph.ts";
import { withFolder } from "../../explain/temporary_module.ts";
import { GROWTH } from "./growth.ts";
import { layerOf, sketches } from "./sketch.ts";
import { specImports, specText } from "./spec_text.ts";

const DSL = new URL("../../dsl", import.meta.url).href;

/** The layers that some texts declare. */
async function evaluated(texts: readonly string[]): Promise<readonly LayerDeclaration[]> {
  const layers: LayerDeclaration[] = [];
  await withFolder(async (folder) => {
    for (const [i, text] of texts.entries()) {
      const file = new URL(`spec_${i}.ts`, folder);
      await Deno.writeTextFile(file, `${specImports(DSL)}\n${text}\n`);
      const { layer }: { readonly layer: unknown } = await import(file.href);
      assert.ok(isLayer(layer), text);
      layers.push(layer);
    }
  });
  return layers;
}

Deno.test("the text of a spec declares the very nodes that it was printed from", async () => {
  const layers = sketches(400, 1).map(layerOf);
  const texts = layers.map(specText);
  const again = await evaluated(texts);
  const ops = new Set<OpKind>();
  layers.forEach((layer, i) => {
    assert.ok(again[i]?.output === layer.output, texts[i] ?? "");
    const leaves = (
      { inputs, params }: LayerDeclaration,
    ): readonly Node[] => [...inputs, ...params];
    assert.deepEqual(leaves(again[i] ?? layer), leaves(layer));
    for (const node of topologicalOrder([layer.output])) ops.add(node.op);
  });
  assert.deepEqual(
    Object.keys(GROWTH).filter((op) => !ops.has(op as OpKind) && op !== "custom"),
    [],
  );
});

Deno.test("the text of a spec has the types that the language wants", async () => {
  await withFolder(async (folder) => {
    const blocks = sketches(100, 2).map((sketch) =>
      `{\n${specText(layerOf(sketch)).replace("export ", "")}\nvoid layer;\n}`
    );
    const file = new URL("specs.ts", folder);
    await Deno.writeTextFile(file, [specImports(DSL), ...blocks].join("\n"));
    const command = new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", file.pathname],
    });
    const { success, stderr } = await command.output();
    assert.ok(success, new TextDecoder().decode(stderr));
  });
});
