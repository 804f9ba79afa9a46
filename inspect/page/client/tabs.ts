/** The forms of a kernel as tabs, and a shader beside its plain twin. @module */
/// <reference lib="dom" />
import { all, required } from "./dom.ts";
import type { LineLinks } from "./line_links.ts";

/** Shows a tab of a view. */
export interface Tabs {
  /** Shows the form that is asked for, or is inside of what is, or the one that was shown before. */
  show(view: HTMLElement, element: HTMLElement): void;
}

/** Makes the tabs of all kernels work. */
export function startTabs(stay: (id: string) => void, links: LineLinks): Tabs {
  /** The form that was last chosen, by the end of its name: the next kernel shows the same. */
  let wanted = "wgsl";
  let isBeside = false;

  const show = (view: HTMLElement, tab: HTMLElement) => {
    const tabs = all("[role=tab]", view);
    const twin = tabs.find((each) => each.dataset.isTwin !== undefined);
    const isCompared = isBeside && tab.dataset.twin !== undefined && twin !== undefined;
    for (const each of tabs) {
      const isShown = each === tab;
      each.setAttribute("aria-selected", String(isShown));
      each.tabIndex = isShown ? 0 : -1;
      const panel = panelOf(each);
      panel.hidden = !isShown && !(isCompared && each === twin);
      if (!panel.hidden) fill(panel);
    }
    const button = required("button.beside", view);
    button.hidden = tab.dataset.twin === undefined;
    button.setAttribute("aria-pressed", String(isBeside));
    required(".panels", view).classList.toggle("are-two", isCompared);
    document.body.classList.toggle("is-comparing", isCompared);
  };

  const choose = (view: HTMLElement, tab: HTMLElement) => {
    const { id } = panelOf(tab);
    wanted = formOf(id);
    show(view, tab);
    stay(id);
    links.refresh();
  };

  for (const view of all(".view.kernel")) {
    const list = required(".tabs", view);
    makeTabs(list);
    const tabs = all("[role=tab]", list);
    list.addEventListener("click", (event) => {
      const tab = event.target instanceof Element
        ? event.target.closest<HTMLElement>("[role=tab]")
        : null;
      if (tab === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      choose(view, tab);
    });
    list.addEventListener("keydown", (event) => {
      const at = tabs.findIndex((tab) => tab === event.target);
      const to: Readonly<Record<string, number>> = {
        ArrowRight: at + 1,
        ArrowLeft: at - 1,
        Home: 0,
        End: tabs.length - 1,
      };
      const next = to[event.key];
      const tab = tabs[((next ?? 0) + tabs.length) % tabs.length];
      if (event.key === " ") return press(event);
      if (at < 0 || next === undefined || tab === undefined) return;
      event.preventDefault();
      choose(view, tab);
      tab.focus();
    });
    required("button.beside", view).addEventListener("click", () => {
      isBeside = !isBeside;
      const tab = tabs.find((each) => each.ariaSelected === "true");
      if (tab !== undefined) show(view, tab);
      links.refresh();
    });
  }
  return {
    show(view, element) {
      document.body.classList.remove("is-comparing");
      if (!view.classList.contains("kernel")) return;
      const tabs = all("[role=tab]", view);
      const asked = element.closest(".panel");
      const tab = tabs.find((each) => panelOf(each) === asked) ??
        tabs.find((each) => formOf(panelOf(each).id) === wanted) ?? tabs[0];
      if (tab !== undefined) show(view, tab);
    },
  };
}

/** Turns a list of links to sections into tabs. */
function makeTabs(list: HTMLElement): void {
  list.setAttribute("role", "tablist");
  all("li", list).forEach((item) => item.setAttribute("role", "presentation"));
  for (const link of all("a", list)) {
    const panel = panelOf(link);
    link.setAttribute("role", "tab");
    link.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
  }
}

/** Links follow Enter only, tabs also the space bar. */
function press(event: KeyboardEvent): void {
  event.preventDefault();
  if (event.target instanceof HTMLElement) event.target.click();
}

function panelOf(tab: HTMLElement): HTMLElement {
  const id = decodeURI(tab.getAttribute("href")?.slice(1) ?? "");
  const panel = document.getElementById(id);
  if (panel === null) throw new Error(`The page has no ${id}`);
  return panel;
}

/** The form of a kernel: the end of its panel's name. */
function formOf(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

/** Copies code that stands elsewhere in the page to where it is shown. */
function fill(panel: HTMLElement): void {
  const { sameAs } = panel.dataset;
  if (sameAs === undefined) return;
  const code = document.getElementById(sameAs)?.querySelector("pre.code")?.cloneNode(true);
  if (!(code instanceof HTMLElement)) return;
  all("[role=button]", code).forEach((line) => {
    line.classList.remove("is-subject", "is-chief", "is-partner", "is-pinned");
    line.tabIndex = -1;
    line.setAttribute("aria-pressed", "false");
  });
  delete panel.dataset.sameAs;
  panel.querySelector(".note")?.replaceWith(code);
}
