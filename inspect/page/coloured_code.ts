/**
 * Texts as HTML with colours for light pages and for dark ones.
 *
 * @module
 */
import type { HighlighterCore } from "shiki/core";
import { GRAMMARS, loadHighlighter, type Theme } from "../highlighter.ts";
import type { Language } from "../stages.ts";

/** Both keep their contrast where something lies behind a line. */
const LIGHT = "github-light-high-contrast" satisfies Theme;
const DARK = "github-dark-high-contrast" satisfies Theme;

/** Colours texts; the colours are classes, which stand in {@linkcode CodePainter.css}. */
export class CodePainter {
  readonly #highlighter: HighlighterCore;
  /** Classes by pairs of colours: `#0a3069 #addcff`. */
  readonly #classes = new Map<string, string>();
  readonly #plain: string;
  /** HTML of lines, by language. */
  readonly #lines: Partial<Record<Language, Map<string, string>>> = {};

  private constructor(highlighter: HighlighterCore) {
    this.#highlighter = highlighter;
    this.#plain = [LIGHT, DARK].map((theme) => highlighter.getTheme(theme).fg.toLowerCase())
      .join(" ");
  }

  /** Makes a painter with the grammars loaded. */
  static async load(): Promise<CodePainter> {
    return new CodePainter(await loadHighlighter([LIGHT, DARK]));
  }

  /** The lines of a text as HTML. */
  lines(text: string, language: Language): readonly string[] {
    if (language === "typescript") return this.#painted(text, language);
    // Generated lines are many, often the same, and have their colours each by itself.
    const known = this.#lines[language] ??= new Map();
    const lines = text.split("\n");
    const fresh = [...new Set(lines)].filter((line) => !known.has(line));
    this.#painted(fresh.join("\n"), language).forEach((html, at) =>
      known.set(fresh[at] ?? "", html)
    );
    return lines.map((line) => known.get(line) ?? escaped(line));
  }

  #painted(text: string, language: Language): readonly string[] {
    const { tokens } = this.#highlighter.codeToTokens(text, {
      lang: GRAMMARS[language],
      themes: { light: LIGHT, dark: DARK },
      defaultColor: false,
    });
    return tokens.map((line) => {
      const parts: { readonly name: string; text: string }[] = [];
      for (const { content, htmlStyle = {} } of line) {
        const last = parts.at(-1);
        const name = content.trim() === "" ? last?.name ?? "" : this.#classOf(htmlStyle);
        if (last?.name === name) last.text += content;
        else parts.push({ name, text: content });
      }
      return parts.map(({ name, text }) =>
        name === "" ? escaped(text) : `<i class=${name}>${escaped(text)}</i>`
      ).join("");
    });
  }

  /** Rules for the classes of all that was coloured. */
  get css(): string {
    return Array.from(
      this.#classes,
      ([colours, name]) => `i.${name}{color:light-dark(${colours.replace(" ", ",")})}`,
    ).join("\n");
  }

  #classOf(style: Readonly<Record<string, string>>): string {
    const [light = "", dark = ""] = ["--shiki-light", "--shiki-dark"].map((name) =>
      style[name]?.toLowerCase()
    );
    const colours = `${light} ${dark}`;
    if (colours === this.#plain) return "";
    const known = this.#classes.get(colours);
    if (known !== undefined) return known;
    const name = `c${this.#classes.size}`;
    this.#classes.set(colours, name);
    return name;
  }
}

/** A text as HTML, between tags. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
