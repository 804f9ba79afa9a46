/**
 * Finds the parts of a text that have colours of their own.
 *
 * @module
 */
import { createHighlighterCore, type HighlighterCore } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import type { Language } from "./stages.ts";

/** The grammar of each language; graphs and loops read like expressions of TypeScript. */
export const GRAMMARS: Readonly<Record<Language, string>> = {
  typescript: "typescript",
  graph: "typescript",
  kernel: "typescript",
  wgsl: "wgsl",
  wat: "wasm",
  c: "c",
};

/** Themes by their names. */
const THEMES = {
  "github-dark-default": () => import("shiki/dist/themes/github-dark-default.mjs"),
  "github-dark-high-contrast": () => import("shiki/dist/themes/github-dark-high-contrast.mjs"),
  "github-light-high-contrast": () => import("shiki/dist/themes/github-light-high-contrast.mjs"),
} as const;

/** The name of a theme. */
export type Theme = keyof typeof THEMES;

/** Makes a highlighter that knows these themes and every language of a stage. */
export function loadHighlighter(themes: readonly Theme[]): Promise<HighlighterCore> {
  return createHighlighterCore({
    themes: themes.map((theme) => THEMES[theme]()),
    langs: [
      import("shiki/dist/langs/typescript.mjs"),
      import("shiki/dist/langs/wgsl.mjs"),
      import("shiki/dist/langs/wasm.mjs"),
      import("shiki/dist/langs/c.mjs"),
    ],
    engine: createJavaScriptRegexEngine(),
  });
}
