/** Generates a module for one test and imports it, as a user's program does. @module */
import type { ModuleSpec } from "../../runtime/spec.ts";
import { generateModule } from "../generate.ts";
import { writeFiles } from "../output_folder.ts";
import type { Declaration } from "../programs/programs.ts";
import type { Rule } from "../rewrite/rule.ts";
import { RULES } from "../rewrite/rules/mod.ts";
import { exportName } from "../typescript/names.ts";

const RUNTIME = new URL("../../runtime", import.meta.url).href;

function isModule(value: unknown): value is ModuleSpec {
  return typeof value === "object" && value !== null && "programs" in value && "slots" in value;
}

/** Runs a test with an empty folder, and removes it afterwards. */
export async function withFolder(test: (folder: URL) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir({ prefix: "tilewright-" });
  try {
    await test(new URL(`file://${path}/`));
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

/** Generates a declaration into a folder of its own, imports its binding and runs a test with it. */
export async function withFreshModule(
  declaration: Declaration,
  test: (module: ModuleSpec) => Promise<void>,
  rules: readonly Rule[] = RULES,
): Promise<void> {
  const { name } = declaration;
  await withFolder(async (folder) => {
    await writeFiles(folder, await generateModule(declaration, { runtime: RUNTIME, rules }));
    const binding = await import(new URL(`${name}/${name}.ts`, folder).href);
    const module: unknown = binding[exportName(name)];
    if (!isModule(module)) throw new Error(`The binding of ${name} exports no module`);
    await test(module);
  });
}
