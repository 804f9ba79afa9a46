/** `<tile-walk>`: steps through a tile of a contraction, and follows one invocation. @module */
/// <reference lib="dom" />
import { sumAt, tilePicture } from "../../figures/tile_picture.ts";
import {
  type Invocation,
  type TileFacts,
  type TileStep,
  tileSteps,
} from "../../figures/tile_walk.ts";
import { stepTitle, stepWords } from "../../figures/tile_words.ts";
import { all, required } from "./dom.ts";

/** How long a step is shown while steps play. */
const STEP_MS = 2500;

/** What `tileFigure` says of a tile, in the attribute `data-facts`. */
interface Told {
  readonly facts: TileFacts;
  readonly invocation: Invocation;
}

/** A tile at work. Its element holds all steps at once, for pages without a script. */
class TileWalk {
  readonly #element: HTMLElement;
  readonly #facts: TileFacts;
  readonly #steps: readonly TileStep[];
  #invocation: Invocation;
  #at = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(element: HTMLElement, { facts, invocation }: Told) {
    this.#element = element;
    this.#facts = facts;
    this.#steps = tileSteps(facts);
    this.#invocation = invocation;
    this.#part(".controls").hidden = false;
    this.#part(".told").hidden = false;
    this.#part(".all-steps").hidden = true;
    this.#part(".previous").addEventListener("click", () => this.#go(this.#at - 1));
    this.#part(".next").addEventListener("click", () => this.#go(this.#at + 1));
    this.#part(".play").addEventListener("click", () => this.#play());
    this.#part(".picture").addEventListener("click", (event) => this.#pick(event));
    const step = this.#input(".step");
    step.max = `${this.#steps.length - 1}`;
    step.addEventListener("input", () => this.#go(step.valueAsNumber));
    for (const [name, side] of [["row", facts.rows], ["column", facts.columns]] as const) {
      const input = this.#input(`.${name}`);
      input.max = `${side.invocations - 1}`;
      input.addEventListener("change", () => {
        const wanted = Math.trunc(input.valueAsNumber) || 0;
        this.#follow({ ...this.#invocation, [name]: wanted });
      });
    }
    this.#show();
  }

  #part(selector: string): HTMLElement {
    return required(selector, this.#element);
  }

  #input(selector: string): HTMLInputElement {
    const found = this.#element.querySelector<HTMLInputElement>(`input${selector}`);
    if (found === null) throw new Error(`A tile has no input${selector}`);
    return found;
  }

  #go(at: number): void {
    this.#at = Math.max(0, Math.min(this.#steps.length - 1, at));
    this.#show();
  }

  #follow({ row, column }: Invocation): void {
    const { rows, columns } = this.#facts;
    this.#invocation = {
      row: Math.max(0, Math.min(rows.invocations - 1, row)),
      column: Math.max(0, Math.min(columns.invocations - 1, column)),
    };
    this.#show();
  }

  /** Follows the invocation that owns the sum at which somebody pointed. */
  #pick({ clientX, clientY }: MouseEvent): void {
    const picture = this.#element.querySelector("svg");
    if (picture === null) return;
    const { rows, columns } = this.#facts;
    const { left, top, width, height } = picture.getBoundingClientRect();
    const sum = sumAt(this.#facts, {
      across: (clientX - left) / width,
      down: (clientY - top) / height,
    });
    if (sum === undefined) return;
    this.#follow({
      row: Math.floor(sum.row / rows.unit) % rows.invocations,
      column: Math.floor(sum.column / columns.unit) % columns.invocations,
    });
  }

  #play(): void {
    const isPlaying = this.#timer === undefined;
    this.#part(".play").setAttribute("aria-pressed", String(isPlaying));
    clearInterval(this.#timer);
    const advance = () => this.#go((this.#at + 1) % this.#steps.length);
    this.#timer = isPlaying ? setInterval(advance, STEP_MS) : undefined;
    if (isPlaying) advance();
  }

  #show(): void {
    const step = this.#steps[this.#at];
    if (step === undefined) return;
    const position = `${this.#at + 1} of ${this.#steps.length}`;
    const words = stepWords(this.#facts, step, this.#invocation);
    this.#part(".told h4").textContent = `${position}: ${stepTitle(this.#facts, step)}`;
    this.#part(".told p").textContent = words;
    this.#part(".picture").innerHTML = tilePicture(this.#facts, step, this.#invocation, words);
    const slider = this.#input(".step");
    slider.value = `${this.#at}`;
    slider.setAttribute("aria-valuetext", position);
    this.#input(".row").value = `${this.#invocation.row}`;
    this.#input(".column").value = `${this.#invocation.column}`;
    const isLast = this.#at === this.#steps.length - 1;
    // A button that is disabled would lose the focus.
    this.#part(".previous").setAttribute("aria-disabled", String(this.#at === 0));
    this.#part(".next").setAttribute("aria-disabled", String(isLast));
  }
}

/** Makes the tiles of a page move. */
export function startTileWalks(): void {
  // The page's own figures wrote what is parsed.
  for (const element of all("tile-walk")) {
    new TileWalk(element, JSON.parse(element.dataset.facts ?? ""));
  }
}
