/// <reference lib="dom" />
/** Shows the weights of neurons as pictures. @module */
import type { Weights } from "../protocol.ts";
import { type Colour, pictureGrid } from "../weight_picture.ts";
import { colour, contextOf, element, onThemeChange, show } from "./elements.ts";

/** Pixels of a side of a picture. */
const SIDE = 28;
/** Invisible ones between pictures. */
const GAP = 2;

/** A grid of pictures on a canvas. */
export class WeightsView {
  readonly #canvas = element("weights", HTMLCanvasElement);
  readonly #context = contextOf(this.#canvas);
  readonly #text = element("weights-text", HTMLElement);
  readonly #kind = element("weights-kind", HTMLSelectElement);
  #first: Weights | undefined;
  #now: Weights | undefined;

  constructor() {
    onThemeChange(() => this.#draw());
    this.#kind.addEventListener("change", () => this.#draw());
  }

  /** Shows weights. */
  show(weights: Weights): void {
    if (weights.isFirst) this.#first = weights;
    this.#now = weights;
    this.#draw();
  }

  #draw(): void {
    const [first, now] = [this.#first?.weights, this.#now];
    if (first === undefined || now === undefined) return;
    const isChange = this.#kind.value === "change";
    const values = isChange ? now.weights.map((each, at) => each - (first[at] ?? 0)) : now.weights;
    const palette = { least: rgb("least"), zero: rgb("zero"), most: rgb("most") };
    const form = { side: SIDE, columns: 8, gap: GAP };
    const { width, height, pixels } = pictureGrid(values, form, palette);
    this.#canvas.width = width;
    this.#canvas.height = height;
    this.#context.putImageData(new ImageData(pixels, width, height), 0, 0);
    const count = `${values.length / SIDE ** 2} of ${now.neurons.toLocaleString("en")} neurons`;
    const what = isChange ? "How weights have changed" : "Weights";
    show(this.#text, `${what} of ${count}: what of an image speaks for each, or against it.`);
    this.#canvas.setAttribute(
      "aria-label",
      `${what} of ${count}, as pictures of 28 by 28 pixels: noise at first, then strokes of digits`,
    );
  }
}

/** A colour of the style sheet, which writes them as #rrggbb. */
function rgb(name: string): Colour {
  const number = parseInt(colour(name).slice(1), 16);
  return [number >> 16, number >> 8 & 255, number & 255];
}
