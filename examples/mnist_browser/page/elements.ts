/// <reference lib="dom" />
/** The elements of `index.html`, and the colours of `style.css`. @module */

/**
 * An element by its id.
 *
 * @param type what it must be: `HTMLButtonElement`
 * @throws {Error} if there is none, or another one: the page and its script do not belong together
 */
export function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`The page has no ${type.name} "${id}"`);
}

/** Shows a text, and touches nothing if it is there already, so that it is not read out again. */
export function show(at: HTMLElement, text: string): void {
  if (at.textContent !== text) at.textContent = text;
}

/** Lets a button be pressed, or not; either way it keeps the focus. */
export function enable(button: HTMLButtonElement, isEnabled: boolean): void {
  button.setAttribute("aria-disabled", String(!isEnabled));
}

/** Calls back when a button is pressed that can be. */
export function onPress(button: HTMLButtonElement, pressed: () => void): void {
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") !== "true") pressed();
  });
}

/** A colour of the style sheet, as it is now: `colour("accent")`. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Calls back when light becomes dark, or the other way round. */
export function onThemeChange(changed: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}

/** The context of a canvas. */
export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  // The pad is read for every stroke.
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("This browser draws on no canvas");
  return context;
}
