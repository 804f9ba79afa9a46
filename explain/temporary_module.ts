/** Generates a module for a while and imports it, as a user's program does. @module */
import type { ModuleSpec } from "../runtime/spec.ts";
import { generateModule } from "../codegen/generate.ts";
import { writeFiles } from "../codegen/output_folder.ts";
import type { Declaration } from "../codegen/programs/programs.ts";
import type { Rule } from "../codegen/rewrite/rule.ts";
import { RULES } from "../codegen/rewrite/rules/mod.ts";
import { exportName } from "../codegen/typescript/names.ts";

const RUNTIME = new URL("../runtime", import.meta.url).href;

function isModule(value: unknown): value is ModuleSpec {
  return typeof value === "object" && value !== null && "programs" in value && "slots" in value;
}

/** Does something with an empty folder, and removes it afterwards. */
export async function withFolder<R>(use: (folder: URL) => Promise<R>): Promise<R> {
  const path = await Deno.makeTempDir({ prefix: "tilewright-" });
  try {
    return await use(new URL(`file://${path}/`));
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

/** Generates a declaration into a folder of its own, imports its binding and does something with it. */
export async function withFreshModule<R>(
  declaration: Declaration,
  use: (module: ModuleSpec) => Promise<R>,
  rules: readonly Rule[] = RULES,
): Promise<R> {
  const { name } = declaration;
  return await withFolder(async (folder) => {
    await writeFiles(folder, await generateModule(declaration, { runtime: RUNTIME, rules }));
    const binding = await import(new URL(`${name}/${name}.ts`, folder).href);
    const module: unknown = binding[exportName(name)];
    if (!isModule(module)) throw new Error(`The binding of ${name} exports no module`);
    return await use(module);
  });
}
