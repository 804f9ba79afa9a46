/// <reference lib="dom" />
/** Shows an image and what the network makes of it. @module */
import type { Look } from "../protocol.ts";
import { contextOf, element, show } from "./elements.ts";

const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** Ten bars, the image as the network sees it, and the answer in words. */
export class LookView {
  readonly #seen = element("seen", HTMLCanvasElement);
  readonly #context = contextOf(this.#seen);
  readonly #answer = element("answer", HTMLElement);
  readonly #rows = DIGITS.map((digit) => new Row(digit));

  constructor() {
    element("probabilities", HTMLOListElement).append(...this.#rows.map(({ item }) => item));
  }

  /** Shows what was looked at. */
  show({ pixels, probabilities, test }: Look): void {
    const image = new ImageData(28, 28);
    pixels.forEach((light, at) =>
      image.data.set([255 * light, 255 * light, 255 * light, 255], 4 * at)
    );
    this.#context.putImageData(image, 0, 0);
    const most = Math.max(...probabilities);
    const best = probabilities.indexOf(most);
    this.#rows.forEach((row, digit) => row.show(probabilities[digit] ?? 0, digit === best));
    const what = test === undefined
      ? "a drawing"
      : `test image ${test.index}, which shows a ${test.label}`;
    this.#seen.setAttribute("aria-label", `What the network sees: ${what}`);
    show(this.#answer, answerOf(best, most, test));
  }

  /** Shows nothing. */
  clear(): void {
    this.#context.clearRect(0, 0, 28, 28);
    this.#rows.forEach((row) => row.show(0, false));
    this.#seen.setAttribute("aria-label", "What the network sees: nothing yet");
    show(this.#answer, "Draw a digit, or let a test image be shown.");
  }
}

/** The answer in words; it changes only where its meaning does, since it is read out. */
function answerOf(digit: number, probability: number, test: Look["test"]): string {
  const sureness = probability > 0.9
    ? "This is"
    : probability > 0.5
    ? "This may be"
    : "Not sure; perhaps";
  const truth = test === undefined
    ? ""
    : ` Test image ${test.index} shows a ${test.label}: ${
      digit === test.label ? "right" : "wrong"
    }.`;
  return `${sureness} a ${digit}.${truth}`;
}

/** A digit, a bar and a number. */
class Row {
  readonly item = document.createElement("li");
  readonly #bar = document.createElement("i");
  readonly #share = document.createElement("span");

  constructor(digit: number) {
    const [name, ground] = [document.createElement("span"), document.createElement("span")];
    name.textContent = `${digit}`;
    ground.className = "bar";
    ground.append(this.#bar);
    this.#share.className = "share";
    this.item.append(name, ground, this.#share);
    this.show(0, false);
  }

  show(probability: number, isBest: boolean): void {
    this.#bar.style.width = `${100 * probability}%`;
    this.#share.textContent = percent(probability);
    this.item.classList.toggle("best", isBest);
  }
}
