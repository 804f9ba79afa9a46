/** Shows one view at a time, as the address says: a program, its rewriting, or a kernel. @module */
/// <reference lib="dom" />
import { all, announce, required } from "./dom.ts";
import type { LineLinks } from "./line_links.ts";
import { startSteps } from "./steps.ts";
import { startTabs } from "./tabs.ts";

/** What the address asks for; nothing if that cannot be read. */
function wanted(): string {
  try {
    return decodeURI(location.hash.slice(1));
  } catch {
    return "";
  }
}

/** Follows the address, and makes tabs and steps work. */
export function startViews(links: LineLinks): void {
  const { name = "", start = "" } = document.body.dataset;
  const views = required("#views");
  const contents = required("nav.contents");
  const opener = required("button.contents");
  const steps = startSteps(stay);
  const tabs = startTabs(stay, links);

  /** The address of what is shown changes without a move. */
  function stay(id: string): void {
    history.replaceState(null, "", `#${encodeURI(id)}`);
    mark(id);
  }

  const mark = (id: string) => {
    for (const link of all("a", contents)) {
      const own = link.getAttribute("href")?.slice(1) ?? "";
      const isCurrent = own === id || (own.split("/").length > 1 && id.startsWith(`${own}/`));
      if (isCurrent) {
        link.setAttribute("aria-current", "page");
        link.closest("details")?.setAttribute("open", "");
        link.scrollIntoView({ block: "nearest" });
      } else link.removeAttribute("aria-current");
    }
  };

  const show = (isMove: boolean) => {
    const element = document.getElementById(wanted()) ?? document.getElementById(start);
    const view = element?.closest<HTMLElement>(".view");
    if (element === null || view === null || view === undefined) return;
    all(".view.is-shown").forEach((each) => each.classList.remove("is-shown"));
    view.classList.add("is-shown");
    document.body.classList.toggle("is-wide", view.classList.contains("wide"));
    document.body.classList.toggle("is-rewriting", view.classList.contains("rewriting"));
    tabs.show(view, element);
    steps.show(view, element);
    links.refresh();
    mark(element.id);
    const heading = required("h2", view);
    document.title = `${heading.textContent?.trim()} · ${name} · tilewright`;
    top();
    if (!isMove) return;
    close();
    if (!view.contains(document.activeElement)) heading.focus({ preventScroll: true });
    announce(heading.textContent ?? "");
  };

  /** What is shown begins at its top, wherever the browser would go by itself. */
  const top = () => {
    views.scrollTop = 0;
    requestAnimationFrame(() => views.scrollTop = 0);
  };

  const close = () => {
    contents.classList.remove("is-open");
    opener.setAttribute("aria-expanded", "false");
  };
  opener.addEventListener("click", () => {
    const isOpen = contents.classList.toggle("is-open");
    opener.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) all("[aria-current], summary", contents)[0]?.focus();
  });
  contents.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || !contents.classList.contains("is-open")) return;
    close();
    opener.focus();
  });

  // Only the program that is shown is unfolded, if there are many.
  if (all("details", contents).length > 2) {
    all("details", contents).forEach((each) => each.removeAttribute("open"));
  }
  addEventListener("hashchange", () => {
    if (location.hash !== "#views") show(true);
  });
  addEventListener("load", top);
  show(false);
}
