/** The points of a curve of training and one of tests, over the same steps. @module */

/** A number of each curve at a step; null where it has none. */
export type Points = [
  steps: number[],
  training: (number | null)[],
  test: (number | null)[],
];

/** Curves that grow to the right. */
export class Curves {
  #steps: number[] = [];
  #training: (number | null)[] = [];
  #test: (number | null)[] = [];

  /** All points. */
  get points(): Points {
    return [this.#steps, this.#training, this.#test];
  }

  /** Forgets all points. */
  clear(): void {
    this.#steps = [];
    this.#training = [];
    this.#test = [];
  }

  /** Adds numbers at a step that is not before the last one; a number that is not finite is none. */
  add(step: number, numbers: { readonly training?: number; readonly test?: number }): void {
    if (this.#steps.at(-1) !== step) {
      this.#steps.push(step);
      this.#training.push(null);
      this.#test.push(null);
    }
    const last = this.#steps.length - 1;
    const known = (value: number | undefined) => Number.isFinite(value) ? value ?? null : null;
    this.#training[last] ??= known(numbers.training);
    this.#test[last] ??= known(numbers.test);
  }
}
