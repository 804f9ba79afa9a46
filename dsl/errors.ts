/** Errors of the language. @module */

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
  override readonly name: string = "DeclarationError";
}
