/// <reference lib="dom" />
/** The epochs that are over, as a table. @module */
import type { EpochEnd } from "../../../runtime/train/events.ts";
import { element } from "./elements.ts";

/** A loss as text. */
export const lossText = (loss: number): string => loss.toPrecision(3);
/** A share as text. */
export const shareText = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** Cells of an epoch, in the order of the table's columns. */
function cellsOf({ epoch, main, validation, seconds }: EpochEnd<"accuracy">): readonly string[] {
  return [
    `${epoch}`,
    lossText(main.loss),
    shareText(main.accuracy),
    validation === null ? "–" : lossText(validation.loss),
    validation === null ? "–" : shareText(validation.accuracy),
    seconds.toFixed(1),
  ];
}

/** The table's rows, the last epoch first. */
export class EpochsTable {
  readonly #body = element("epochs", HTMLTableSectionElement);
  readonly #empty = [...this.#body.children];

  /** Takes all rows away. */
  clear(): void {
    this.#body.replaceChildren(...this.#empty);
  }

  /** Adds an epoch. */
  add(epoch: EpochEnd<"accuracy">): void {
    this.#empty.forEach((row) => row.remove());
    const row = document.createElement("tr");
    for (const text of cellsOf(epoch)) row.insertCell().textContent = text;
    this.#body.prepend(row);
  }
}
