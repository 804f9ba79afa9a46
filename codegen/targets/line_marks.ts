/**
 * Marks on pieces of text, by which each line of a finished text is known to come from somewhere. They travel
 * through the templates as characters that no text has, and are taken out at the end.
 *
 * @module
 */
import { Provenance } from "../../dsl/provenance.ts";

/** The first of the characters that Unicode leaves to private use; marks are counted from it on. */
const FIRST = 0xe000;
const MARKS = /[\ue000-\uf8ff]/g;
const MOST = 0xf8ff - FIRST + 1;

/** The marks of one text. */
export class LineMarks {
  readonly #known: Provenance[] = [];

  /** A piece of a line that comes from somewhere. */
  mark(text: string, from: Provenance | undefined): string {
    if (from === undefined) return text;
    const known = this.#known.indexOf(from);
    const at = known < 0 ? this.#known.length : known;
    if (at >= MOST) return text;
    if (known < 0) this.#known.push(from);
    return `${text}${String.fromCharCode(FIRST + at)}`;
  }

  /** The text without marks, and where each of its lines comes from. */
  takenFrom(
    text: string,
  ): { readonly text: string; readonly lines: readonly (Provenance | undefined)[] } {
    if (this.#known.length === 0) return { text, lines: [] };
    return {
      text: text.replaceAll(MARKS, ""),
      lines: text.split("\n").map((line) =>
        Provenance.union(
          [...new Set(line.match(MARKS))].map((mark) => this.#known[mark.charCodeAt(0) - FIRST]),
        )
      ),
    };
  }
}
