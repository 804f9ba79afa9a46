/** Lines of the source and lines of code that belong together: what is pointed at shows its partners. @module */
/// <reference lib="dom" />
import { all, announce, bringIntoView, required } from "./dom.ts";

/** Stands where the places of a line are told, while there is no line. */
const HINT = "Point at a line to see its partners, click to keep them.";

/** How long somebody points at a line before its partners are looked for. */
const PAUSE_MS = 150;

/** Says that other code is shown now. */
export interface LineLinks {
  /** Makes lines of what is shown known, and marks the lines of source that it comes from. */
  refresh(): void;
}

/** A line that has partners: `data-line` in the source, `data-from` in code. */
const LINKED = ".l[data-line], .l[data-from]";

/** Makes lines with partners show them, at the pointer's and the keyboard's wish. */
export function startLineLinks(): LineLinks {
  const sets: readonly (readonly number[])[] = JSON.parse(required("#sets").textContent ?? "[]");
  const sources = required(".sources .scroll");
  const trail = required(".trail");
  const views = required("#views");
  let pinned: HTMLElement | undefined;
  let shown: HTMLElement | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const setOf = (line: HTMLElement): readonly number[] => sets[Number(line.dataset.from)] ?? [];
  const isSource = (line: HTMLElement) => line.dataset.line !== undefined;
  const codeLines = () => all(".l[data-from]", views).filter((line) => line.checkVisibility());

  /** The partners of a line: first those whose formula stands there. */
  const partnersOf = (line: HTMLElement) => {
    if (!isSource(line)) {
      const [chief, ...others] = setOf(line);
      const at = (id: number | undefined) => all(`.l[data-line="${id}"]`, sources);
      return { chiefs: at(chief), others: others.flatMap(at) };
    }
    const id = Number(line.dataset.line);
    const partners = codeLines().filter((each) => setOf(each).includes(id));
    const chiefs = partners.filter((each) => setOf(each)[0] === id && isSpecific(each));
    return { chiefs, others: partners.filter((each) => !chiefs.includes(each)) };
  };

  /** False for lines of a whole kernel, such as its head, which come from everything. */
  const isSpecific = (line: HTMLElement) => {
    const others = all(".l[data-from]", line.closest("pre") ?? undefined);
    return setOf(line).length < 3 ||
      others.some((each) => setOf(each).length > setOf(line).length);
  };

  /** Lines of the code beside a line's own that have their formula at the same place. */
  const twinsOf = (line: HTMLElement) =>
    isSource(line) || !isSpecific(line)
      ? []
      : codeLines().filter((each) =>
        each.closest("pre") !== line.closest("pre") && setOf(each)[0] === setOf(line)[0] &&
        isSpecific(each)
      );

  const clear = () => {
    all(".l.is-subject, .l.is-chief, .l.is-partner").forEach((line) =>
      line.classList.remove("is-subject", "is-chief", "is-partner")
    );
    shown = undefined;
    trail.textContent = HINT;
  };

  const show = (line: HTMLElement, scrolls: boolean) => {
    if (shown !== line) {
      clear();
      shown = line;
      line.classList.add("is-subject");
      const { chiefs, others } = partnersOf(line);
      chiefs.forEach((each) => each.classList.add("is-chief"));
      [...others, ...twinsOf(line)].forEach((each) => each.classList.add("is-partner"));
      tell(line, chiefs, others);
    }
    if (scrolls) scrollToPartners(line);
  };

  /** Says below the source where a line comes from, or how much is made of it. */
  const tell = (
    line: HTMLElement,
    chiefs: readonly HTMLElement[],
    others: readonly HTMLElement[],
  ) => {
    const count = chiefs.length + others.length;
    if (isSource(line)) {
      trail.textContent = count === 0
        ? "None of the lines that are shown comes from here."
        : `${count} ${count === 1 ? "line is" : "lines are"} made from this one.`;
    } else {
      const places = [...chiefs, ...others].map((partner) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = placeOf(partner).replace(/^.*\/(.*), line /, "$1:");
        button.title = placeOf(partner);
        button.addEventListener("click", () => reveal(partner, sources));
        return button;
      });
      trail.replaceChildren("Comes from", ...places);
    }
  };

  /** Unfolds what an element is folded into, and brings it into view. */
  const reveal = (element: HTMLElement, pane: HTMLElement) => {
    for (const file of all("details:not([open])", pane)) {
      if (file instanceof HTMLDetailsElement && file.contains(element)) file.open = true;
    }
    bringIntoView(element, pane);
  };

  const scrollToPartners = (line: HTMLElement) => {
    const beside = all(".are-two > .panel:not([hidden])", views);
    const code = beside.length > 0 ? beside : [views];
    const panes = isSource(line) ? code : [sources, ...beside];
    panes.filter((pane) => !pane.contains(line)).forEach(scrollTo);
  };

  const scrollTo = (pane: HTMLElement) => {
    const partners = all(".l.is-chief", pane);
    const [first] = partners.length > 0 ? partners : all(".l.is-partner", pane);
    if (first === undefined) return;
    const isInSight = [...partners, first].some((each) => isVisibleIn(each, pane));
    if (!isInSight) reveal(first, pane);
  };

  const pin = (line: HTMLElement | undefined) => {
    if (pinned !== undefined) {
      pinned.classList.remove("is-pinned");
      pinned.setAttribute("aria-pressed", "false");
    }
    pinned = line;
    if (line === undefined) return clear();
    line.classList.add("is-pinned");
    line.setAttribute("aria-pressed", "true");
    show(line, true);
    announce(wordsFor(line));
  };

  /** What a listener is told of a line's partners. */
  const wordsFor = (line: HTMLElement) => {
    const { chiefs, others } = partnersOf(line);
    const [first] = [...chiefs, ...others];
    const count = chiefs.length + others.length;
    if (first === undefined) return "No line of what is shown comes from here.";
    const more = count > 1 ? `, and ${count - 1} more` : "";
    return `${isSource(line) ? "Becomes" : "Comes from"} ${
      placeOf(first)
    }: ${first.textContent?.trim()}${more}.`;
  };

  const lineAt = (target: EventTarget | null): HTMLElement | undefined =>
    target instanceof Element ? target.closest<HTMLElement>(LINKED) ?? undefined : undefined;

  document.addEventListener("pointerover", ({ target }) => {
    if (pinned !== undefined) return;
    const line = lineAt(target);
    clearTimeout(timer);
    if (line === undefined) return clear();
    show(line, false);
    timer = setTimeout(() => show(line, true), PAUSE_MS);
  });
  document.addEventListener("focusin", ({ target }) => {
    const line = lineAt(target);
    if (line === undefined || line !== target) return;
    makeCurrent(line);
    if (pinned === undefined && line.matches(":focus-visible")) {
      show(line, true);
      announce(wordsFor(line));
    }
  });
  document.addEventListener("click", ({ target }) => {
    const line = lineAt(target);
    if (line === undefined || !getSelection()?.isCollapsed) return;
    pin(line === pinned ? undefined : line);
  });
  document.addEventListener("keydown", (event) => {
    const line = lineAt(event.target);
    if (event.key === "Escape" && pinned !== undefined) pin(undefined);
    if (line === undefined || line !== event.target) return;
    if (event.key === "Enter" || event.key === " ") pin(line === pinned ? undefined : line);
    else if (!moveFrom(line, event.key)) return;
    event.preventDefault();
  });

  const refresh = () => {
    pin(undefined);
    const code = codeLines();
    const used = new Set(code.flatMap(setOf));
    for (const line of all(".l[data-line]", sources)) {
      line.classList.toggle("is-used", used.has(Number(line.dataset.line)));
    }
    for (const file of all("details.file:not([data-own])", sources)) {
      // Without code, nothing is known of what it comes from.
      if (file instanceof HTMLDetailsElement && code.length > 0) {
        file.open = file.querySelector(".is-used") !== null;
      }
    }
    [...code, ...all(".l[data-line]", sources)].forEach(makeButton);
    all("pre.code").filter((each) => each.checkVisibility()).forEach(makeReachable);
  };
  trail.textContent = HINT;
  const declaration = sources.querySelector<HTMLElement>("[data-declaration]");
  if (declaration !== null) bringIntoView(declaration, sources, "auto");
  return { refresh };
}

/** Where a line stands: `spec.ts, line 7`. */
function placeOf(line: HTMLElement): string {
  const block = line.closest("pre");
  const label = block?.getAttribute("aria-label") ?? "";
  const before = /\d+/.exec(block?.querySelector("code")?.style.counterReset ?? "")?.[0] ?? "0";
  const at = [...line.parentElement?.children ?? []].indexOf(line);
  return `${label.replace(/, lines .*$/, "")}, line ${Number(before) + at + 1}`;
}

function isVisibleIn(element: HTMLElement, pane: HTMLElement): boolean {
  const [inner, outer] = [element.getBoundingClientRect(), pane.getBoundingClientRect()];
  return inner.height > 0 && inner.top >= outer.top && inner.bottom <= outer.bottom;
}

/** A line that can be pinned. */
function makeButton(line: HTMLElement): void {
  if (line.getAttribute("role") === "button") return;
  line.setAttribute("role", "button");
  line.setAttribute("aria-pressed", "false");
  line.tabIndex = -1;
}

/** One line of a block is reached by Tab, the others by arrow keys. */
function makeReachable(block: HTMLElement): void {
  const lines = all(LINKED, block);
  if (lines.length > 0 && lines.every((line) => line.tabIndex < 0)) makeCurrent(lines[0]);
}

function makeCurrent(line: HTMLElement | undefined): void {
  const block = line?.closest("pre");
  if (line === undefined || block === null || block === undefined) return;
  all('[role="button"][tabindex="0"]', block).forEach((each) => each.tabIndex = -1);
  line.tabIndex = 0;
}

/** Moves the focus to another line of the block; false for keys that do not move. */
function moveFrom(line: HTMLElement, key: string): boolean {
  const lines = all(LINKED, line.closest("pre") ?? document);
  const at = lines.indexOf(line);
  const to: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    Home: 0,
    End: lines.length - 1,
  };
  const next = to[key];
  if (next === undefined) return false;
  lines[Math.max(0, Math.min(lines.length - 1, next))]?.focus();
  return true;
}
