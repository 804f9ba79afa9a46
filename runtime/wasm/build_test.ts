import assert from "node:assert/strict";
import type { ModuleSpec } from "../spec.ts";
import { assembled, scaling } from "../testing/tiny_modules.ts";
import { compileBuild } from "./build.ts";
import { hasRelaxedSimd } from "./relaxed_simd.ts";

const missing = new URL("./no_such_file.wasm", import.meta.url);

/** A module of which only the given builds exist. */
function withBuilds(builds: { relaxed?: URL; plain?: URL }): ModuleSpec {
  const { wasm, ...rest } = scaling();
  return { ...rest, wasm: { ...wasm, relaxed: missing, plain: missing, ...builds } };
}

async function exportsOf(spec: ModuleSpec, relaxed: boolean): Promise<readonly string[]> {
  const { module } = await compileBuild(spec, relaxed);
  return WebAssembly.Module.exports(module).map(({ name }) => name);
}

Deno.test("the build for the engine is fetched, and no other", async () => {
  const one = await assembled(`(module (func (export "one")))`);
  assert.deepEqual(await exportsOf(withBuilds({ relaxed: one }), true), ["one"]);
  assert.deepEqual(await exportsOf(withBuilds({ plain: one }), false), ["one"]);
});

Deno.test("an engine that multiplies and adds in one instruction is known", async () => {
  const multiplyAndAdd = await assembled(`(module (func (result v128)
    (f32x4.relaxed_madd (v128.const i32x4 0 0 0 0) (v128.const i32x4 0 0 0 0)
      (v128.const i32x4 0 0 0 0))))`);
  const bytes = await (await fetch(multiplyAndAdd)).arrayBuffer();
  assert.equal(hasRelaxedSimd, WebAssembly.validate(bytes));
});

Deno.test("a build that is missing or broken is told with its file and what to do", async () => {
  await assert.rejects(
    compileBuild(withBuilds({}), false),
    /^Error: Cannot fetch the WebAssembly of module "scaling" from file:.*no_such_file\.wasm: .*gen"/,
  );
  const cut = new URL("data:application/wasm;base64,AGFz");
  await assert.rejects(
    compileBuild(withBuilds({ plain: cut }), false),
    /at data:application\/wasm.* is not accepted by this WebAssembly engine: .*run "deno task gen"/,
  );
});
