/**
 * Makes the next items while the last one is used.
 *
 * @module
 */

/**
 * The same items, in the same order; up to `ahead` of them are asked for before they are needed. An error comes
 * when its item would have. Leaving the loop early ends the source too.
 *
 * @param ahead at least 1
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * async function* numbers() {
 *   yield* [1, 2, 3];
 * }
 * assert.deepEqual(await Array.fromAsync(prefetched(numbers(), 2)), [1, 2, 3]);
 * ```
 */
export async function* prefetched<T>(
  items: AsyncIterable<T> | Iterable<T>,
  ahead: number,
): AsyncGenerator<T, void, void> {
  const iterator = Symbol.asyncIterator in items
    ? items[Symbol.asyncIterator]()
    : items[Symbol.iterator]();
  const asked: Promise<IteratorResult<T>>[] = [];
  const ask = () => {
    const next = Promise.resolve().then(() => iterator.next());
    next.catch(() => {}); // It is thrown where the item is taken.
    asked.push(next);
  };
  try {
    for (;;) {
      while (asked.length <= ahead) ask();
      const item = await asked.shift();
      if (item === undefined || item.done === true) return;
      yield item.value;
    }
  } finally {
    // What was asked for may still be on its way; an iterator ends in order.
    await Promise.allSettled(asked);
    await iterator.return?.();
  }
}
