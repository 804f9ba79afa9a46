/** Names of declarations that mean something else in C, or in the headers of this system. */
import assert from "node:assert/strict";
import { defineLayer, type LayerDeclaration, tensor } from "../dsl/declare.ts";
import { dim } from "../dsl/dim.ts";
import * as t from "../dsl/tensor.ts";
import { withFreshModule } from "../explain/temporary_module.ts";
import { findToolchain } from "../runtime/native/toolchain.ts";
import { nativeTest, type OpenNative } from "../runtime/testing/native_access.ts";
import { RESERVED } from "./targets/native/language.ts";
import { checkLayer, loaderOf } from "./testing/generated_layers.ts";

/** Each of so many names is an input; the first one is also the layer's and a dim's. */
function sumOf(names: readonly string[]): LayerDeclaration {
  const [first = "x"] = names;
  const B = dim(first);
  return defineLayer({
    name: first,
    inputs: Object.fromEntries(names.map((name) => [name, tensor(B)])),
    forward: (inputs) =>
      Object.values(inputs).map((each): t.Tensor<readonly [typeof B], "f32"> => t.handle(each.node))
        .reduce((sum, each) => t.add(sum, each)),
  });
}

/** All macros that the headers define, on this system. */
async function macros(): Promise<readonly string[]> {
  const search = await findToolchain();
  assert.ok(search.found);
  const header = new URL("../runtime/native/tilewright.h", import.meta.url).pathname;
  const { stdout } = await new Deno.Command(search.toolchain.compiler, {
    args: ["-std=gnu11", "-dM", "-E", "-x", "c", header],
  }).output();
  const text = new TextDecoder().decode(stdout);
  return [...text.matchAll(/^#define (\w+)/gm)].map(([, name]) => name ?? "");
}

async function checkNames(open: OpenNative, words: Iterable<string>): Promise<void> {
  // The number of the step has a meaning of its own.
  const taken = new Set(["y", "gy", "step"]);
  const names = [...words].filter((word) => {
    const key = word.toLowerCase();
    const isNew = /^[a-z]/i.test(word) && !taken.has(key);
    taken.add(key);
    return isNew;
  });
  assert.ok(names.length > 50);
  const load = loaderOf(await open({ threads: 1 }));
  for (let at = 0; at < names.length; at += 80) {
    const declaration = sumOf(names.slice(at, at + 80));
    await withFreshModule(declaration, async (module) => {
      const dims = { [names[at] ?? "x"]: 3 };
      await checkLayer(load, { declaration, module, sizes: [dims] }, dims);
    });
  }
}

nativeTest(
  "words that C or its texts keep make names of layers, dims and tensors",
  (open) => checkNames(open, RESERVED),
);

nativeTest(
  "macros of this system's headers make names of layers, dims and tensors",
  async (open) => checkNames(open, await macros()),
);

nativeTest("a layer of reserved names computes its values", async (open) => {
  const [rows, columns] = [dim("panel"), dim("register")];
  const declaration = defineLayer({
    name: "thread",
    inputs: { sums: tensor(rows, columns) },
    params: { t_from: tensor(dim("tile"), columns), left: tensor(dim("tile")) },
    forward: ({ sums, t_from, left }) => t.add(t.matmul(sums, t.transpose(t_from)), left),
  });
  await withFreshModule(declaration, async (module) => {
    const dims = { panel: 5, register: 7, tile: 3 };
    await checkLayer(loaderOf(await open()), { declaration, module, sizes: [] }, dims);
  });
});
