/// <reference lib="dom" />
/** What is trained, as a form says it. @module */
import { BACKEND_CHOICES } from "../../../runtime/open_backend.ts";
import { NETWORK_NAMES, type Settings } from "../protocol.ts";
import { element, show } from "./elements.ts";

/** The form; the page's address may fill it in: `?backend=wasm&seed=7`. */
export class SettingsForm {
  readonly #form = element("settings", HTMLFormElement);
  readonly #hint = element("settings-hint", HTMLElement);

  /** @param changed called after a change to what {@linkcode SettingsForm.settings} gives */
  constructor(changed: () => void) {
    for (const [name, value] of new URLSearchParams(location.search)) this.#set(name, value);
    this.#form.addEventListener("change", ({ target }) => {
      if (target !== this.#field("epochs")) changed();
    });
    this.#form.addEventListener("submit", (event) => event.preventDefault());
  }

  /** What the form says; undefined, and the browser tells why, where a number is out of range. */
  get settings(): Settings | undefined {
    if (!this.#form.reportValidity()) return undefined;
    const value = (name: string) => this.#field(name).value;
    return {
      model: NETWORK_NAMES.find((name) => name === value("model")) ?? "shared",
      backend: BACKEND_CHOICES.find((name) => name === value("backend")) ?? "auto",
      seed: Number(value("seed")),
      batch: Number(value("batch")),
    };
  }

  /** How many epochs to train for in all; undefined where that is no such number. */
  get epochs(): number | undefined {
    const field = this.#field("epochs");
    return field.reportValidity() ? Number(field.value) : undefined;
  }

  /** Shows what is trained now, as after loading a checkpoint. */
  show(settings: Settings): void {
    for (const [name, value] of Object.entries(settings)) this.#set(name, `${value}`);
  }

  /** Says something about the form. */
  hint(text: string): void {
    show(this.#hint, text);
  }

  #field(name: string): HTMLInputElement | HTMLSelectElement {
    const found = this.#form.elements.namedItem(name);
    if (found instanceof HTMLInputElement || found instanceof HTMLSelectElement) return found;
    throw new Error(`The form has no field "${name}"`);
  }

  /** Fills a field in; what it does not take, it does not show. */
  #set(name: string, value: string): void {
    const found = this.#form.elements.namedItem(name);
    if (!(found instanceof HTMLInputElement || found instanceof HTMLSelectElement)) return;
    const before = found.value;
    found.value = value;
    if (found.value === "" || !found.checkValidity()) found.value = before;
  }
}

/** True for settings that train the same. */
export function areSame(a: Settings, b: Settings): boolean {
  return a.model === b.model && a.backend === b.backend && a.seed === b.seed && a.batch === b.batch;
}
