/**
 * Colours for terminals.
 *
 * @module
 */
import type { HighlighterCore } from "shiki/core";
import { GRAMMARS, loadHighlighter } from "./highlighter.ts";
import type { Language } from "./stages.ts";

const THEME = "github-dark-default";

/** Colours texts, or leaves them as they are. */
export interface Painter {
  /** A text of some language. */
  code(text: string, language: Language): string;
  /** A line that was added, was removed, or is a heading. */
  line(text: string, kind: keyof typeof ESCAPES): string;
}

const ESCAPES = {
  added: "\x1b[32m",
  removed: "\x1b[31m",
  heading: "\x1b[1m",
  faint: "\x1b[2m",
} as const;
const RESET = "\x1b[0m";

/** Leaves texts as they are. */
export const PLAIN: Painter = { code: (text) => text, line: (text) => text };

/** Makes a painter with the grammars loaded. */
export async function colourful(): Promise<Painter> {
  const highlighter = await loadHighlighter([THEME]);
  return {
    code: (text, language) => painted(highlighter, text, GRAMMARS[language]),
    line: (text, kind) => `${ESCAPES[kind]}${text}${RESET}`,
  };
}

function painted(highlighter: HighlighterCore, text: string, lang: string): string {
  const { fg } = highlighter.getTheme(THEME);
  return highlighter.codeToTokensBase(text, { lang, theme: THEME }).map((line) =>
    line.map(({ content, color }) =>
      // Ordinary text has the terminal's own colour, whatever lies behind it.
      color === undefined || color.toLowerCase() === fg.toLowerCase()
        ? content
        : `${escapeOf(color)}${content}${RESET}`
    ).join("")
  ).join("\n");
}

/** The escape sequence of a colour such as `#FF7B72`. */
function escapeOf(colour: string): string {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return `\x1b[38;2;${red};${green};${blue}m`;
}
