/** What declarations and their tensors may be called. @module */
import { DeclarationError } from "./errors.ts";

/** Checks a name that will be a file, a folder or an identifier in generated code. */
export function checkName(name: string, what: string): void {
  if (!/^[a-zA-Z][a-zA-Z0-9_]*$/.test(name)) {
    throw new DeclarationError(
      `Cannot declare ${what} "${name}": use a letter followed by letters, digits or "_"`,
    );
  }
}

/** Checks that names, given for some purposes, differ from each other and from those that are taken. */
export function checkDistinct(
  declaration: string,
  names: readonly (readonly [name: string, what: string])[],
  taken: ReadonlyMap<string, string>,
): void {
  const seen = new Map<string, readonly [string, string]>();
  for (const [name, what] of names) {
    const owner = taken.get(name);
    if (owner !== undefined) {
      throw new DeclarationError(
        `Cannot declare ${declaration}: "${name}" is the name of ${owner}; use another name`,
      );
    }
    const [other, whose] = seen.get(name.toLowerCase()) ?? [];
    if (other === name) {
      throw new DeclarationError(
        `Cannot declare ${declaration}: "${name}" names both ${whose} and ${what}`,
      );
    }
    if (other !== undefined) {
      throw new DeclarationError(
        `Cannot declare ${declaration}: "${other}" and "${name}" differ only in case, and files are named after them`,
      );
    }
    seen.set(name.toLowerCase(), [name, what]);
  }
}
