/// <reference lib="dom" />
/** A pad to draw a digit on. @module */
import SignaturePad from "signature_pad";
import { toDigit } from "../../mnist/digit_image.ts";
import { contextOf, element } from "./elements.ts";

/** How thick strokes are, as a share of the pad: about what pens left in MNIST. */
const STROKE = 0.075;

/** Strokes on a canvas. */
export class DigitPad {
  readonly #canvas = element("pad", HTMLCanvasElement);
  readonly #hint = element("pad-hint", HTMLElement);
  readonly #context = contextOf(this.#canvas);
  readonly #pad = new SignaturePad(this.#canvas, { penColor: "#000" });
  #isDue = false;

  /** @param drawn is told the 28 × 28 numbers of what was drawn, at most once per picture of the screen */
  constructor(drawn: (pixels: Float32Array<ArrayBuffer>) => void) {
    const changed = () => {
      this.#hint.hidden = true;
      if (this.#isDue) return;
      this.#isDue = true;
      requestAnimationFrame(() => {
        this.#isDue = false;
        if (!this.#pad.isEmpty()) drawn(this.#pixels());
      });
    };
    for (const event of ["beginStroke", "afterUpdateStroke", "endStroke"]) {
      this.#pad.addEventListener(event, changed);
    }
    new ResizeObserver(() => this.#fit()).observe(this.#canvas);
  }

  /** Takes all strokes away. */
  clear(): void {
    this.#pad.clear();
    this.#hint.hidden = false;
  }

  /** Gives the canvas as many pixels as it has on the screen; what was drawn cannot follow. */
  #fit(): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const ratio = Math.max(1, devicePixelRatio);
    this.#canvas.width = width * ratio;
    this.#canvas.height = height * ratio;
    this.#context.scale(ratio, ratio);
    const stroke = STROKE * width;
    Object.assign(this.#pad, {
      minWidth: 0.4 * stroke,
      maxWidth: 0.5 * stroke,
      dotSize: 0.45 * stroke,
    });
    this.clear();
  }

  #pixels(): Float32Array<ArrayBuffer> {
    const { width, height } = this.#canvas;
    const { data } = this.#context.getImageData(0, 0, width, height);
    // Strokes are opaque, and the paper is not.
    const light = Float32Array.from(
      { length: width * height },
      (_, at) => 1 - (data[4 * at + 3] ?? 0) / 255,
    );
    return toDigit({ width, height, light }, "The drawing");
  }
}
