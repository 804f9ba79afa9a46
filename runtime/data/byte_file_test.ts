import assert from "node:assert/strict";
import { type ByteFile, DataError, firstBytes, plainChunks } from "./byte_file.ts";

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A file in pieces that all lie in the same memory, as those of a file on disk do. */
function inPieces(bytes: Uint8Array<ArrayBuffer>, size: number): ByteFile {
  return {
    name: "a/file",
    *chunks() {
      const piece = new Uint8Array(size);
      for (let at = 0; at < bytes.length; at += size) {
        const part = bytes.subarray(at, at + size);
        piece.set(part);
        yield piece.subarray(0, part.length);
      }
    },
  };
}

async function contentOf(file: ByteFile): Promise<number[]> {
  const content: number[] = [];
  for await (const chunk of plainChunks(file)) content.push(...chunk);
  return content;
}

const BYTES = Uint8Array.from({ length: 1000 }, (_, i) => i * 7);

Deno.test("content decides whether a file is compressed, in pieces of any size", async () => {
  for (const size of [1, 2, 3, 100, 5000]) {
    assert.deepEqual(await contentOf(inPieces(BYTES, size)), [...BYTES]);
    assert.deepEqual(await contentOf(inPieces(await gzip(BYTES), size)), [...BYTES]);
  }
  assert.deepEqual(await contentOf(inPieces(new Uint8Array(0), 1)), []);
  assert.deepEqual(await contentOf(inPieces(Uint8Array.of(0x1f), 1)), [0x1f]);
});

Deno.test("first bytes come from as many pieces as it takes, and the rest is not read", async () => {
  assert.deepEqual([...await firstBytes(inPieces(BYTES, 3).chunks(), 5)], [0, 7, 14, 21, 28]);
  assert.deepEqual([...await firstBytes([Uint8Array.of(1)], 5)], [1]);
  let closed = false;
  async function* endless(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    try {
      for (;;) yield await Promise.resolve(Uint8Array.of(1, 2, 3));
    } finally {
      closed = true;
    }
  }
  assert.deepEqual([...await firstBytes(endless(), 4)], [1, 2, 3, 1]);
  assert.ok(closed);
});

Deno.test("a damaged gzip file is refused by name", async () => {
  const packed = await gzip(BYTES);
  await assert.rejects(
    contentOf(inPieces(packed.slice(0, -9), 100)),
    (error: unknown) =>
      error instanceof DataError &&
      error.message.startsWith("a/file begins as gzip but cannot be decompressed: "),
  );
});
