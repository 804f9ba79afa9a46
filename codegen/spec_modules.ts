/** Finds the declarations in users' modules. @module */
import { DeclarationError } from "../dsl/errors.ts";
import type { Declaration } from "./programs/programs.ts";

function isDeclaration(value: unknown): value is Declaration {
  return (typeof value === "object" || typeof value === "function") && value !== null &&
    "kind" in value && (value.kind === "layer" || value.kind === "model");
}

/**
 * The declarations that some modules export, in order of name.
 *
 * @param specs file URLs of modules
 * @throws {DeclarationError} if a module cannot be loaded, declares nothing, or a name occurs twice.
 */
export async function loadDeclarations(specs: readonly string[]): Promise<readonly Declaration[]> {
  const byName = new Map<string, Declaration>();
  for (const spec of specs) {
    const declarations = Object.values(await load(spec)).filter(isDeclaration);
    if (declarations.length === 0) {
      throw new DeclarationError(
        `Cannot generate from ${spec}: it exports no layer and no model; export the result of defineLayer or defineModel`,
      );
    }
    for (const declaration of declarations) {
      const key = declaration.name.toLowerCase();
      const other = byName.get(key);
      if (other !== undefined && other !== declaration) {
        throw new DeclarationError(
          `Cannot generate "${declaration.name}" of ${spec}: another declaration is named "${other.name}", and folder names must differ by more than case; rename one`,
        );
      }
      byName.set(key, declaration);
    }
  }
  return [...byName.values()].sort((a, b) => a.name < b.name ? -1 : 1);
}

async function load(spec: string): Promise<Record<string, unknown>> {
  try {
    return await import(spec);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const place = placeIn(error, spec);
    if (error instanceof DeclarationError) {
      throw new DeclarationError(`${reason}${place}`, { cause: error });
    }
    const hint = error instanceof ReferenceError || error instanceof SyntaxError
      ? "; check its spelling, and that it is imported (dsl/mod.ts exports the language)"
      : "";
    throw new DeclarationError(`Cannot load the spec ${spec}: ${reason}${place}${hint}`, {
      cause: error,
    });
  }
}

/**
 * Where in a spec an error arose, as ` (at <file>:<line>:<column>)`, or nothing. The first cause knows
 * the line itself, the errors around it only the declaration.
 */
function placeIn(error: unknown, spec: string): string {
  let found = "";
  for (let each = error; each instanceof Error; each = each.cause) {
    const at = each.stack?.split("\n").find((line) => /^\s+at /.test(line) && line.includes(spec));
    const place = at?.slice(at.indexOf(spec) + spec.length).match(/^:\d+:\d+/)?.[0];
    if (place !== undefined) found = ` (at ${decodeURIComponent(new URL(spec).pathname)}${place})`;
  }
  return found;
}
