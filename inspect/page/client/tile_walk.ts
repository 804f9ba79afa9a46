/** `<tile-walk>`: steps through a tile of a contraction, and follows one invocation. @module */
/// <reference lib="dom" />
import { sumAt, tilePicture } from "../../figures/tile_picture.ts";
import { type Invocation, type TileFacts, tileSteps } from "../../figures/tile_walk.ts";
import { stepTitle, stepWords } from "../../figures/tile_words.ts";
import { required } from "./dom.ts";

/** How long a step is shown while steps play. */
const STEP_MS = 2500;

/** The element. Its attribute `data-facts` has what `tileFigure` says of the tile; its content is all steps at once. */
class TileWalk extends HTMLElement {
  #at = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #facts: TileFacts | undefined;
  #invocation: Invocation = { row: 0, column: 0 };

  connectedCallback(): void {
    // The page's own figure wrote it.
    const { facts, invocation }: { facts: TileFacts; invocation: Invocation } = JSON.parse(
      this.dataset.facts ?? "",
    );
    [this.#facts, this.#invocation] = [facts, invocation];
    required(".controls", this).hidden = false;
    required(".told", this).hidden = false;
    required(".all-steps", this).hidden = true;
    required(".previous", this).addEventListener("click", () => this.#go(this.#at - 1));
    required(".next", this).addEventListener("click", () => this.#go(this.#at + 1));
    required(".play", this).addEventListener("click", () => this.#play());
    const step = this.#input(".step");
    step.max = `${tileSteps(facts).length - 1}`;
    step.addEventListener("input", () => this.#go(step.valueAsNumber));
    for (const [name, side] of [["row", facts.rows], ["column", facts.columns]] as const) {
      const input = this.#input(`.${name}`);
      input.max = `${side.invocations - 1}`;
      input.addEventListener("change", () => {
        const wanted = Math.trunc(input.valueAsNumber) || 0;
        this.#follow({ ...this.#invocation, [name]: wanted });
      });
    }
    required(".picture", this).addEventListener("click", (event) => this.#pick(event));
    this.#show();
  }

  disconnectedCallback(): void {
    clearInterval(this.#timer);
  }

  #input(selector: string): HTMLInputElement {
    const found = this.querySelector<HTMLInputElement>(`input${selector}`);
    if (found === null) throw new Error(`A tile has no input${selector}`);
    return found;
  }

  #go(at: number): void {
    if (this.#facts === undefined) return;
    this.#at = Math.max(0, Math.min(tileSteps(this.#facts).length - 1, at));
    this.#show();
  }

  #follow({ row, column }: Invocation): void {
    if (this.#facts === undefined) return;
    const { rows, columns } = this.#facts;
    this.#invocation = {
      row: Math.max(0, Math.min(rows.invocations - 1, row)),
      column: Math.max(0, Math.min(columns.invocations - 1, column)),
    };
    this.#show();
  }

  /** Follows the invocation that owns the sum at which somebody pointed. */
  #pick({ clientX, clientY }: MouseEvent): void {
    const picture = this.querySelector("svg");
    if (this.#facts === undefined || picture === null) return;
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
    const facts = this.#facts;
    if (facts === undefined) return;
    const isPlaying = this.#timer === undefined;
    required(".play", this).setAttribute("aria-pressed", String(isPlaying));
    clearInterval(this.#timer);
    const advance = () => this.#go((this.#at + 1) % tileSteps(facts).length);
    this.#timer = isPlaying ? setInterval(advance, STEP_MS) : undefined;
    if (isPlaying) advance();
  }

  #show(): void {
    const facts = this.#facts;
    if (facts === undefined) return;
    const steps = tileSteps(facts);
    const step = steps[this.#at];
    if (step === undefined) return;
    const words = stepWords(facts, step, this.#invocation);
    required(".told h4", this).textContent = `${this.#at + 1} of ${steps.length}: ${
      stepTitle(facts, step)
    }`;
    required(".told p", this).textContent = words;
    required(".picture", this).innerHTML = tilePicture(facts, step, this.#invocation, words);
    const slider = this.#input(".step");
    slider.value = `${this.#at}`;
    slider.setAttribute("aria-valuetext", `${this.#at + 1} of ${steps.length}`);
    this.#input(".row").value = `${this.#invocation.row}`;
    this.#input(".column").value = `${this.#invocation.column}`;
    // A button that is disabled would lose the focus.
    required(".previous", this).setAttribute("aria-disabled", String(this.#at === 0));
    required(".next", this).setAttribute("aria-disabled", String(this.#at === steps.length - 1));
  }
}

/** Makes the tiles of a page move. */
export function startTileWalks(): void {
  customElements.define("tile-walk", TileWalk);
}
