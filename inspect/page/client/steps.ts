/** Walks through the steps of rewriting. @module */
/// <reference lib="dom" />
import { all, announce, required } from "./dom.ts";

/** Shows a step of a view. */
export interface Steps {
  /** Shows the step that is asked for, or is inside of what is, or the one that was shown before. */
  show(view: HTMLElement, element: HTMLElement): void;
}

/** Makes the buttons, the strip and the arrow keys of all rewritings work. */
export function startSteps(stay: (id: string) => void): Steps {
  const current = new Map<HTMLElement, number>();

  const show = (view: HTMLElement, index: number) => {
    const steps = all(".step", view);
    const at = Math.max(0, Math.min(steps.length - 1, index));
    current.set(view, at);
    steps.forEach((step, i) => step.hidden = i !== at);
    required(".at", view).textContent = `${at + 1}`;
    all(".strip a", view).forEach((link, i) => {
      if (i === at) link.setAttribute("aria-current", "step");
      else link.removeAttribute("aria-current");
    });
    // A button that is disabled would lose the focus.
    required(".previous", view).setAttribute("aria-disabled", String(at === 0));
    required(".next", view).setAttribute("aria-disabled", String(at === steps.length - 1));
    return steps[at];
  };

  const move = (view: HTMLElement, by: number) => {
    const before = current.get(view) ?? 0;
    const step = show(view, before + by);
    const at = current.get(view) ?? 0;
    if (step === undefined || at === before) return;
    stay(step.id);
    const saving = step.querySelector(".saving")?.textContent?.trim() ?? "";
    const words = [step.dataset.title, saving, step.dataset.changes].filter((each) => each);
    announce(`Step ${at + 1} of ${all(".step", view).length}: ${words.join(". ")}.`);
  };

  for (const view of all(".view.rewriting")) {
    required(".walk", view).hidden = false;
    required(".previous", view).addEventListener("click", () => move(view, -1));
    required(".next", view).addEventListener("click", () => move(view, 1));
  }
  document.addEventListener("keydown", ({ key, target, altKey, ctrlKey, metaKey }) => {
    const view = document.querySelector<HTMLElement>(".view.rewriting.is-shown");
    const by = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (view === null || by === undefined || altKey || ctrlKey || metaKey) return;
    // Code that is wider than its place moves by the same keys.
    const block = target instanceof Element ? target.closest(".code") : null;
    if (block !== null && block.scrollWidth > block.clientWidth) return;
    move(view, by);
  });
  return {
    show(view, element) {
      if (!view.classList.contains("rewriting")) return;
      const step = element.closest<HTMLElement>(".step");
      show(view, step === null ? current.get(view) ?? 0 : all(".step", view).indexOf(step));
    },
  };
}
