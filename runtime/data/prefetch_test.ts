import assert from "node:assert/strict";
import { prefetched } from "./prefetch.ts";

/** Counts up; notes how far it was asked, and whether it was ended. */
class Numbers implements AsyncIterable<number> {
  asked = 0;
  ended = false;
  readonly #count: number;
  readonly #failsAt: number;

  constructor(count: number, failsAt = Infinity) {
    this.#count = count;
    this.#failsAt = failsAt;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<number> {
    try {
      for (let each = 1; each <= this.#count; each++) {
        this.asked = each;
        await Promise.resolve();
        if (each === this.#failsAt) throw new Error(`no ${each}`);
        yield each;
      }
    } finally {
      this.ended = true;
    }
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 2));

Deno.test("items come in order, from iterables of both kinds", async () => {
  for (const ahead of [1, 3, 100]) {
    assert.deepEqual(await Array.fromAsync(prefetched(new Numbers(7), ahead)), [
      1,
      2,
      3,
      4,
      5,
      6,
      7,
    ]);
    assert.deepEqual(await Array.fromAsync(prefetched(["a", "b"], ahead)), ["a", "b"]);
    assert.deepEqual(await Array.fromAsync(prefetched([], ahead)), []);
  }
});

Deno.test("as many items are made ahead as asked for, and no more", async () => {
  for (const ahead of [1, 4]) {
    const source = new Numbers(50);
    const items = prefetched(source, ahead);
    await items.next();
    await pause();
    assert.equal(source.asked, 1 + ahead);
    await items.next();
    await pause();
    assert.equal(source.asked, 2 + ahead);
    await items.return();
  }
});

Deno.test("an error comes in the place of its item", async () => {
  const found: number[] = [];
  const source = new Numbers(9, 4);
  await assert.rejects(async () => {
    for await (const each of prefetched(source, 3)) found.push(each);
  }, /^Error: no 4$/);
  assert.deepEqual(found, [1, 2, 3]);
  assert.ok(source.ended);
});

Deno.test("leaving early ends the source", async () => {
  const source = new Numbers(9);
  for await (const each of prefetched(source, 2)) if (each === 3) break;
  assert.ok(source.ended);
  assert.ok(source.asked < 9);
});
