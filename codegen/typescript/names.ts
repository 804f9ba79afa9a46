/** Names in TypeScript. @module */
import { DeclarationError } from "../../dsl/errors.ts";

/** `sharedLinear` for `shared_linear`: words that are joined by other characters, in camel case. */
export function camelCase(name: string): string {
  return name.replace(/[^A-Za-z0-9]+([A-Za-z0-9]?)/g, (_, letter: string) => letter.toUpperCase());
}

/** Words that no TypeScript module can export a constant by. */
const WORDS = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export
  extends false finally for function if implements import in instanceof interface let new null package
  private protected public return static super switch this throw true try typeof var void while with
  yield undefined NaN Infinity`.split(/\s+/),
);

/**
 * The name a binding exports its module by: `sharedLinear` for `shared_linear`.
 *
 * @throws {DeclarationError} if TypeScript keeps that name for itself.
 */
export function exportName(name: string): string {
  const exported = camelCase(name);
  if (!WORDS.has(exported)) return exported;
  throw new DeclarationError(
    `Cannot generate "${name}": its binding would export the constant "${exported}", which is a word of TypeScript; use another name, such as "${name}_layer"`,
  );
}

/** Identifiers of one TypeScript module, no two alike. */
export class TypeScriptNames {
  readonly #used: Set<string>;

  /** @param taken names that the module has already */
  constructor(taken: Iterable<string>) {
    this.#used = new Set(taken);
  }

  /** An identifier for a name, with a number at its end where the plain one is taken. */
  of(name: string): string {
    const wanted = camelCase(name);
    let text = wanted;
    for (let count = 2; this.#used.has(text); count++) text = `${wanted}${count}`;
    this.#used.add(text);
    return text;
  }
}
