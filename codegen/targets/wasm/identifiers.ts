/**
 * Identifiers of WebAssembly text: legal, and unique in their namespace.
 *
 * @module
 */

/** A namespace that hands out identifiers made from names of the declaration. */
export class Identifiers {
  readonly #taken: Set<string>;

  /** @param reserved names that are never handed out. */
  constructor(reserved: readonly string[] = []) {
    this.#taken = new Set(reserved.map((name) => `$${name}`));
  }

  /** An identifier for a name; a second one for the same name gets a number. */
  fresh(name: string): string {
    const legal = name.replaceAll("·", "_x_").replaceAll(/[^A-Za-z0-9_.]/g, "_");
    let id = `$${legal}`;
    for (let count = 2; this.#taken.has(id); count++) id = `$${legal}_${count}`;
    this.#taken.add(id);
    return id;
  }
}

/** A string literal of WebAssembly text. */
export function quote(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const characters = [...bytes].map((byte) => {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
    return plain ? String.fromCharCode(byte) : `\\${byte.toString(16).padStart(2, "0")}`;
  });
  return `"${characters.join("")}"`;
}
