/** What the parts of the script have in common. @module */
/// <reference lib="dom" />

/** All elements of a selector inside of another. */
export function all(selector: string, inside: ParentNode = document): readonly HTMLElement[] {
  return [...inside.querySelectorAll<HTMLElement>(selector)];
}

/** An element of the page that is always there. */
export function required(selector: string, inside: ParentNode = document): HTMLElement {
  const found = inside.querySelector<HTMLElement>(selector);
  if (found === null) throw new Error(`The page has no ${selector}`);
  return found;
}

/** Tells those who do not see the page what has changed. */
export function announce(text: string): void {
  required(".announcer").textContent = text;
}

/** How to scroll: at once for those who want less motion. */
function scrollBehavior(): ScrollBehavior {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}

/** Scrolls an element to the middle of the part of the page that it lies in, if it is out of sight. */
export function bringIntoView(
  element: HTMLElement,
  pane: HTMLElement,
  behavior = scrollBehavior(),
): void {
  const [inner, outer] = [element.getBoundingClientRect(), pane.getBoundingClientRect()];
  if (inner.top >= outer.top + 40 && inner.bottom <= outer.bottom) return;
  const top = pane.scrollTop + inner.top - outer.top - (outer.height - inner.height) / 2;
  pane.scrollTo({ top, behavior });
}
