import assert from "node:assert/strict";
import { deflateSync } from "node:zlib";
import { PictureError } from "./grey_picture.ts";
import { decodePng } from "./png_image.ts";
import { CHANNELS, encodePng, greyPng, pngChunk } from "./sample_png.ts";

/** Numbers that look random, from 0 to below `most`. */
function numbers(count: number, most: number): number[] {
  return Array.from({ length: count }, (_, at) => (Math.imul(at + 1, 2654435761) >>> 7) % most);
}

/** How light and how opaque a pixel should be, from its samples. */
function wanted(samples: readonly number[], colourType: number, depth: number): [number, number] {
  const parts = samples.map((each) => each / (2 ** depth - 1));
  const colours = colourType < 4 ? parts : parts.slice(0, -1);
  const [red = NaN, green = red, blue = red] = colours;
  return [0.299 * red + 0.587 * green + 0.114 * blue, colourType < 4 ? 1 : parts.at(-1) ?? NaN];
}

function close(found: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(found.length, expected.length);
  expected.forEach((each, at) => assert.ok(Math.abs((found[at] ?? NaN) - each) < 0.003, `${at}`));
}

Deno.test("every colour type and depth is read, interlaced or not, at sizes that fill no byte", () => {
  const kinds = [[0, 1], [0, 2], [0, 4], [0, 8], [0, 16], [2, 8], [2, 16], [4, 8], [4, 16], [
    6,
    8,
  ], [6, 16]] as const;
  for (const [colourType, depth] of kinds) {
    for (const [width, height] of [[1, 1], [13, 7], [5, 11], [3, 1]] as const) {
      for (const interlaced of [false, true]) {
        const channels = CHANNELS[colourType] ?? NaN;
        const samples = numbers(width * height * channels, 2 ** depth);
        const bytes = encodePng({ width, height, colourType, depth, interlaced, samples });
        const picture = decodePng(bytes, "a.png");
        const pixels = Array.from(
          { length: width * height },
          (_, at) => wanted(samples.slice(at * channels, (at + 1) * channels), colourType, depth),
        );
        assert.deepEqual([picture.width, picture.height], [width, height]);
        close(picture.light, pixels.map(([light]) => light));
        if (colourType < 4) assert.equal(picture.opacity, undefined);
        else close(picture.opacity ?? [], pixels.map(([, opacity]) => opacity));
      }
    }
  }
});

Deno.test("palettes of every depth are read, with colours that are half transparent", () => {
  for (const depth of [1, 2, 4, 8]) {
    const colours = 2 ** depth;
    const palette = numbers(3 * colours, 256);
    const samples = [0, ...numbers(34, colours)];
    const picture = { width: 5, height: 7, colourType: 3, depth, palette, samples };
    const { light, opacity } = decodePng(encodePng({ ...picture, transparency: [51] }), "a.png");
    close(
      light,
      samples.map((each) => wanted(palette.slice(3 * each, 3 * each + 3), 2, 8)[0]),
    );
    close(opacity ?? [], samples.map((each) => each === 0 ? 0.2 : 1));
  }
});

Deno.test("one grey can be the transparent one", () => {
  const samples = [0, 1, 2, 3];
  const bytes = encodePng({
    width: 4,
    height: 1,
    colourType: 0,
    depth: 2,
    samples,
    transparency: [0, 2],
  });
  assert.deepEqual([...decodePng(bytes, "a.png").opacity ?? []], [1, 1, 0, 1]);
});

Deno.test("a view into other bytes is read as it is", () => {
  const bytes = greyPng(3, 2, (x) => x / 2);
  const around = new Uint8Array(bytes.length + 9);
  around.set(bytes, 5);
  const { light } = decodePng(around.subarray(5, 5 + bytes.length), "a.png");
  close(light, [0, 0.5, 1, 0, 0.5, 1]);
});

Deno.test("other files are refused by what they are", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["", "a is empty; give a PNG."],
    ["\xff\xd8\xff\xe0\0\x10JFIF", "a is a JPEG; save it as a PNG."],
    ["GIF89a", "a is a GIF; save it as a PNG."],
    ["RIFF\x01\x0a\x02\x03WEBPVP8 ", "a is a WebP picture; save it as a PNG."],
    ["\0\0\0\x1cftypheic", "a is a HEIF or AVIF picture; save it as a PNG."],
    ["%PDF-1.7", "a is a PDF document; save it as a PNG."],
    [
      `<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg">`,
      "a is an SVG picture; save it as a PNG.",
    ],
    ["seven", "a is no PNG: it begins with the bytes 73 65 76 65 6e; give a PNG."],
  ];
  for (const [text, message] of cases) {
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    assert.throws(() => decodePng(bytes, "a"), new PictureError(message));
  }
});

Deno.test("a file that is cut off anywhere is refused", () => {
  const bytes = greyPng(9, 9, (x, y) => x * y / 64);
  for (let length = 8; length < bytes.length; length++) {
    assert.throws(
      () => decodePng(bytes.subarray(0, length), "a.png"),
      new PictureError(
        `a.png is damaged: it is cut off after ${length} bytes; save it anew as a PNG.`,
      ),
    );
  }
});

Deno.test("a file of which any byte was changed is refused", () => {
  const bytes = greyPng(9, 9, (x, y) => x * y / 64);
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at] = (changed[at] ?? NaN) ^ 0x10;
    assert.throws(() => decodePng(changed, "a.png"), /^PictureError: a\.png is /, `byte ${at}`);
  }
  const changed = bytes.slice();
  changed[45] = (changed[45] ?? NaN) ^ 1;
  assert.throws(
    () => decodePng(changed, "a.png"),
    /a\.png is damaged: the checksum of its part IDAT at byte 33 is wrong; save it anew/,
  );
});

/** The parts of a grey picture of 3 × 3 pixels, to be made wrong. */
function wrong(changes: {
  readonly size?: readonly [number, number];
  readonly kind?: readonly number[];
  readonly before?: Uint8Array;
  readonly pixels?: Uint8Array;
}): Uint8Array {
  const { size: [width, height] = [3, 3], kind = [8, 0, 0, 0, 0], before = new Uint8Array() } =
    changes;
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set(kind, 8);
  const pixels = changes.pixels ?? pngChunk("IDAT", deflateSync(new Uint8Array(12)));
  const signature = greyPng(1, 1, () => 0).subarray(0, 8);
  const parts = [
    signature,
    pngChunk("IHDR", header),
    before,
    pixels,
    pngChunk("IEND", new Uint8Array()),
  ];
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

Deno.test("a file whose parts are whole but make no picture is refused", () => {
  const pixels = (count: number, byte = 0) =>
    pngChunk("IDAT", deflateSync(new Uint8Array(count).fill(byte)));
  const cutOff = pngChunk("IDAT", deflateSync(new Uint8Array(12)).subarray(0, -4));
  const [none, interlaced] = [new Uint8Array(), [8, 0, 0, 0, 1]];
  const claims = /^a is damaged: it does not hold the 3 × 3 pixels that it claims; save it anew/;
  const unpacked = /^a is damaged: its pixels cannot be unpacked \(.+\); save it anew as a PNG\.$/;
  const cases: readonly (readonly [Parameters<typeof wrong>[0], RegExp])[] = [
    [{ pixels: none }, claims],
    [{ pixels: pngChunk("IDAT", none) }, claims],
    [{ pixels: pixels(11) }, claims],
    [{ pixels: pixels(13) }, claims],
    [{ pixels: pixels(11), kind: interlaced }, unpacked],
    [{ pixels: pixels(10 ** 6), kind: interlaced }, claims],
    [{ pixels: cutOff }, claims],
    [{ pixels: cutOff, kind: interlaced }, claims],
    [{ pixels: pixels(12, 9) }, unpacked], // There are five filters.
    [{ kind: [8, 3, 0, 0, 0] }, unpacked], // No palette.
    [{ kind: [8, 5, 0, 0, 0] }, claims], // No such colour type.
    [{ kind: [8, 0, 0, 0, 2] }, unpacked],
    [{ size: [0, 3], pixels: pixels(3) }, /^a is damaged: its size is 0 × 3 pixels;/],
    [{ before: pngChunk("IHDR", new Uint8Array(13)) }, /or has another one at byte 33;/],
    [
      { size: [9, 2 ** 32 - 1] },
      /^a is 9 × 4294967295 pixels; give a picture of at most 33554432 in all\.$/,
    ],
  ];
  assert.equal(decodePng(wrong({}), "a").light.length, 9);
  for (const [changes, message] of cases) {
    const found = () => decodePng(wrong(changes), "a");
    assert.throws(found, (error: unknown) => {
      assert.ok(error instanceof PictureError);
      assert.match(error.message, message, JSON.stringify(changes));
      return true;
    });
  }
});
