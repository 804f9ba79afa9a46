/**
 * Gathers everything that there is about a declaration.
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { DEFAULT_SPECS } from "../codegen/default_specs.ts";
import { generateModule } from "../codegen/generate.ts";
import { compile } from "../codegen/pipeline.ts";
import type { Declaration } from "../codegen/programs/programs.ts";
import { declarationSource } from "./declaration_source.ts";
import type { Material } from "./stages.ts";

/**
 * Everything there is about a declaration.
 *
 * @param specs paths of the modules that export it; the library's and the examples' own if there is none
 */
export async function materialOf(
  declaration: Declaration,
  specs: readonly string[],
): Promise<Material> {
  const paths = specs.length === 0 ? DEFAULT_SPECS : specs;
  const urls = paths.map((path) => pathToFileURL(resolve(path)).href);
  const source = await declarationSource(urls, declaration.name);
  const files = await generateModule(declaration, { runtime: "../../runtime" });
  return {
    compilation: compile(declaration),
    files: files.map((file) => ({ ...file, path: file.path.slice(declaration.name.length + 1) })),
    ...(source === undefined ? {} : { source }),
  };
}
