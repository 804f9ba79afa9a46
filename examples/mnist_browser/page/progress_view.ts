/// <reference lib="dom" />
/** How far training is, and how fast. @module */
import type { Told } from "../protocol.ts";
import { element, show } from "./elements.ts";
import { lossText, shareText } from "./epochs_table.ts";

type Of<K extends Told["kind"]> = Extract<Told, { readonly kind: K }>;

const whole = (value: number): string => Math.round(value).toLocaleString("en");
/** Bytes as megabytes, as browsers count downloads. */
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** A bar, a line and four numbers. */
export class ProgressView {
  readonly #bar = element("progress", HTMLProgressElement);
  readonly #text = element("progress-text", HTMLElement);
  readonly #numbers = {
    step: element("step-number", HTMLElement),
    speed: element("speed", HTMLElement),
    loss: element("loss", HTMLElement),
    accuracy: element("accuracy", HTMLElement),
  };

  /** The data on its way. */
  loading({ bytes, total }: Of<"loading">): void {
    this.#set(total === 0 ? 0 : bytes / total);
    const of = total === 0 ? "" : ` of ${megabytes(total)}`;
    show(this.#text, `Images: ${megabytes(bytes)}${of} MB`);
  }

  /** Training is somewhere else than it was. */
  moment({ step, history }: Of<"moment">): void {
    const last = history.at(-1)?.validation;
    this.#set(0);
    show(this.#text, step === 0 ? "Nothing trained yet" : `After step ${whole(step)}`);
    show(this.#numbers.step, whole(step));
    show(this.#numbers.speed, "–");
    show(this.#numbers.loss, "–");
    show(this.#numbers.accuracy, last ? shareText(last.accuracy) : "–");
  }

  /** A part of training, or of a test, was handed to the device. */
  progress({ phase, epoch, batches, batchesInPhase }: Of<"progress">): void {
    this.#set(batches / batchesInPhase);
    const what = phase === "training" ? `Epoch ${epoch}` : `Testing after epoch ${epoch}`;
    show(this.#text, `${what}: batch ${batches} of ${batchesInPhase}`);
  }

  /** Steps that the device has taken. */
  report({ step, main, imagesPerSecond }: Of<"report">): void {
    show(this.#numbers.step, whole(step));
    show(this.#numbers.loss, lossText(main.loss));
    if (Number.isFinite(imagesPerSecond)) show(this.#numbers.speed, whole(imagesPerSecond));
  }

  /** An epoch is over. */
  epochEnd({ epoch, validation }: Of<"epoch_end">): void {
    this.#set(1);
    show(this.#text, `Epoch ${epoch} is over`);
    if (validation !== null) show(this.#numbers.accuracy, shareText(validation.accuracy));
  }

  #set(share: number): void {
    this.#bar.value = Math.min(1, share);
  }
}
