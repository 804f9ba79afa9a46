/** Which declarations a command is about. @module */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { DEFAULT_SPECS } from "../codegen/default_specs.ts";
import type { Declaration } from "../codegen/programs/programs.ts";
import { loadDeclarations } from "../codegen/spec_modules.ts";
import { UsageError } from "../commands/command_line.ts";
import { didYouMean } from "../commands/nearest.ts";

/**
 * The declarations of modules.
 *
 * @param verb what the command does, for messages: "explain"
 * @param specs paths of the modules; the library's and the examples' own if there is none
 * @param wanted names of declarations; all if absent
 * @throws {UsageError} if there is no declaration of a wanted name
 */
export async function chosenDeclarations(
  verb: string,
  specs: readonly string[],
  wanted: readonly string[] | undefined,
): Promise<readonly Declaration[]> {
  const paths = specs.length === 0 ? DEFAULT_SPECS : specs;
  const all = await loadDeclarations(paths.map((path) => pathToFileURL(resolve(path)).href));
  return choose(verb, "declaration", all, wanted);
}

/**
 * Those of some named things that are wanted, in their order.
 *
 * @throws {UsageError} if there is nothing of a wanted name
 */
export function choose<T extends { readonly name: string }>(
  verb: string,
  what: string,
  all: readonly T[],
  wanted: readonly string[] | undefined,
): readonly T[] {
  if (wanted === undefined) return all;
  const unknown = wanted.find((name) => all.every((each) => each.name !== name));
  if (unknown !== undefined) {
    const names = all.map(({ name }) => name);
    throw new UsageError(
      `Cannot ${verb} ${unknown}: there is no ${what} of this name; there are ${names.join(", ")}.${
        didYouMean(unknown, names)
      }`,
    );
  }
  return all.filter(({ name }) => wanted.includes(name));
}
