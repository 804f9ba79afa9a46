/** Errors of the language, and how their messages show what was got. @module */

/**
 * Thrown when a declaration is not well formed: dims that do not match, a wrong rank, a bad name.
 * The message says what was attempted, what was got and wanted, and what to do next.
 *
 * ```ts
 * import { DeclarationError } from "./errors.ts";
 * const error = new DeclarationError("Cannot multiply x[B, K] by v[N, K]");
 * if (error.name !== "DeclarationError") throw error;
 * ```
 */
export class DeclarationError extends TypeError {
  /** Tells this error from others, also across realms. */
  override readonly name: string = "DeclarationError";
}

/** Runs a user's function; its error names the declaration. */
export function within<R>(name: string, run: () => R): R {
  try {
    return run();
  } catch (error) {
    if (error instanceof DeclarationError && !error.message.startsWith("In ")) {
      throw new DeclarationError(`In ${name}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/** Any value as its author will recognise it in a message. Parts of parts are left out. */
export function showValue(value: unknown, isPart = false): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "symbol") return "a symbol";
  if (typeof value === "function") return showFunction(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (isPart) return Array.isArray(value) ? "[…]" : "{…}";
  if (Array.isArray(value)) return `[${value.map((part) => showValue(part, true)).join(", ")}]`;
  if ("node" in value && "shape" in value) return "a tensor";
  const parts = Object.entries(value).map(([key, part]) => `${key}: ${showValue(part, true)}`);
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
}

function showFunction(value: object): string {
  const name = "name" in value && typeof value.name === "string" ? value.name : "";
  const what = "kind" in value && value.kind === "layer" ? "layer" : "function";
  return name === "" ? `a ${what}` : `the ${what} "${name}"`;
}
