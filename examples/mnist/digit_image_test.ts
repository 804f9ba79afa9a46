import assert from "node:assert/strict";
import { encodeSafetensors } from "../../runtime/formats/safetensors.ts";
import { TrainedNetwork } from "./checkpoint_model.ts";
import { toDigit } from "./digit_image.ts";
import { type GreyPicture, PictureError } from "./grey_picture.ts";
import { decodePng } from "./png_image.ts";
import { inFolder, lights, parametersOf, sampleImages, trainedArrays } from "./sample_network.ts";
import { greyPng } from "./sample_png.ts";

const COUNT = 100;
const { images } = await sampleImages(0, COUNT);
const originals = Array.from(
  { length: COUNT },
  (_, at) => lights(images.subarray(at * 784, (at + 1) * 784)),
);

/** How light a picture is at a place. */
type Picture = (x: number, y: number) => number;

/** An original, as large as it is. */
const exact = (pixels: Float32Array): Picture => (x, y) =>
  x < 0 || y < 0 || x > 27 || y > 27 ? 0 : pixels[y * 28 + x] ?? NaN;

/** Enlarged, each pixel a square. */
const enlarged = (by: number, picture: Picture): Picture => (x, y) =>
  picture(Math.floor(x / by), Math.floor(y / by));

/** Scaled, with values between those of the pixels. */
const smooth = (by: number, picture: Picture): Picture => (x, y) => {
  const [column, row] = [(x + 0.5) / by - 0.5, (y + 0.5) / by - 0.5];
  const [left, top] = [Math.floor(column), Math.floor(row)];
  const [u, v] = [column - left, row - top];
  return (1 - v) * ((1 - u) * picture(left, top) + u * picture(left + 1, top)) +
    v * ((1 - u) * picture(left, top + 1) + u * picture(left + 1, top + 1));
};

/** Dark on light. */
const inverted = (picture: Picture): Picture => (x, y) => 1 - picture(x, y);

/** With noise, the same for each place. */
const noisy = (most: number, picture: Picture): Picture => (x, y) => {
  const mixed = Math.imul(x * 7919 + y + 1, 2654435761) >>> 8;
  return Math.min(1, Math.max(0, picture(x, y) + most * (mixed / 2 ** 23 - 1)));
};

/** The same on all of a picture, by way of a PNG. */
function asPng(width: number, height: number, picture: Picture): GreyPicture {
  return decodePng(greyPng(width, height, picture), "a.png");
}

/** Only its opacity varies. */
const stencil = (ink: number, { light, ...size }: GreyPicture): GreyPicture => ({
  ...size,
  light: light.map(() => ink),
  opacity: light,
});

/** Ways of showing a digit, and how many of a hundred must be taken for the same digit. */
const WAYS: readonly (readonly [string, number, (original: Picture) => GreyPicture])[] = [
  ["inverted", 100, (digit) => asPng(28, 28, inverted(digit))],
  ["moved to a corner", 100, (digit) => asPng(28, 28, (x, y) => digit(x + 2, y - 2))],
  ["on a wide sheet", 100, (digit) => asPng(90, 40, (x, y) => digit(x - 55, y - 3))],
  ["three times as large", 100, (digit) => asPng(84, 84, enlarged(3, digit))],
  ["ten times as large, inverted", 100, (digit) => asPng(280, 280, inverted(enlarged(10, digit)))],
  ["smooth, three times as large", 95, (digit) => asPng(84, 84, smooth(3, digit))],
  [
    "smooth, 4.3 times as large, inverted",
    97,
    (digit) => asPng(120, 120, inverted(smooth(4.3, digit))),
  ],
  ["half as large", 93, (digit) => asPng(14, 14, smooth(0.5, digit))],
  [
    "grey pencil on noisy grey paper",
    96,
    (digit) => asPng(112, 112, noisy(0.05, (x, y) => 0.8 - 0.5 * smooth(4, digit)(x, y))),
  ],
  ["without greys", 96, (digit) => asPng(112, 112, (x, y) => smooth(4, digit)(x, y) > 0.5 ? 1 : 0)],
  ["black on nothing", 95, (digit) => stencil(0, asPng(84, 84, smooth(3, digit)))],
  ["white on nothing", 95, (digit) => stencil(1, asPng(84, 84, smooth(3, digit)))],
];

Deno.test("digits are taken for the same in whatever way they are shown", () =>
  inFolder(async (folder) => {
    const file = `${folder}/weights.safetensors`;
    await Deno.writeFile(file, encodeSafetensors(parametersOf(await trainedArrays(150))));
    const network = await TrainedNetwork.open(file, { backend: "wasm" }, COUNT);
    const taken = async (pictures: readonly Float32Array[]) => {
      const logits = await network.logits(Float32Array.from(pictures.flatMap((each) => [...each])));
      return pictures.map((_, at) => {
        const own = logits.subarray(at * 10, (at + 1) * 10);
        return own.indexOf(Math.max(...own));
      });
    };
    try {
      const wanted = await taken(originals);
      assert.ok(new Set(wanted).size === 10, "the network tells digits apart");
      for (const [way, least, show] of WAYS) {
        const found = await taken(originals.map((each) => toDigit(show(exact(each)), "a.png")));
        const same = found.filter((digit, at) => digit === wanted[at]).length;
        assert.ok(same >= least, `${way}: ${same} of ${COUNT}`);
      }
    } finally {
      await network.close();
    }
  }));

Deno.test("what is in MNIST's form stays as it is", () => {
  for (const [at, pixels] of originals.entries()) {
    assert.deepEqual(toDigit(asPng(28, 28, exact(pixels)), "a.png"), pixels, `image ${at}`);
  }
});

/** Where a row or a column begins and ends that has ink. */
function extent(pixels: Float32Array): readonly number[] {
  const lit = Array.from(pixels, (value, at) => value > 0 ? [at] : []).flat();
  const [columns, rows] = [lit.map((at) => at % 28), lit.map((at) => Math.floor(at / 28))];
  return [Math.min(...columns), Math.max(...columns), Math.min(...rows), Math.max(...rows)];
}

Deno.test("a digit is 20 pixels long, in the middle by its centre of mass, and as light as can be", () => {
  // A thin line with a heavy end, which pulls it up.
  const picture = asPng(300, 500, (x, y) => {
    const isLine = x >= 40 && x < 43 && y >= 50 && y < 450;
    const isHead = x >= 20 && x < 60 && y >= 50 && y < 130;
    return isLine || isHead ? 0.2 : 0.9;
  });
  const pixels = toDigit(picture, "a.png");
  const [left = NaN, right = NaN, top = NaN, bottom = NaN] = extent(pixels);
  assert.deepEqual([right - left + 1, bottom - top + 1], [2, 20]);
  assert.equal(Math.max(...pixels), 1);
  assert.equal(bottom, 27, "as far down as all of it stays inside");
});

Deno.test("lines that are as long as the picture, and single dots, are no exception", () => {
  const line = toDigit(asPng(400, 3, (_, y) => y === 1 ? 0 : 1), "a.png");
  assert.deepEqual(extent(line), [4, 23, 14, 14]);
  const dot = toDigit(asPng(9, 9, (x, y) => x === 2 && y === 5 ? 1 : 0), "a.png");
  assert.ok(dot.some((value) => value === 1));
});

Deno.test("corners that are transparent on a card that is not take the card's ground", () => {
  const card = asPng(60, 60, (x, y) => x >= 25 && x < 32 && y >= 15 && y < 45 ? 0 : 1);
  const opacity = card.light.map((_, at) => at % 60 < 3 && at < 180 ? 0 : 1);
  assert.deepEqual(toDigit({ ...card, opacity }, "a.png"), toDigit(card, "a.png"));
});

Deno.test("a picture with nothing on it is refused", () => {
  const size = { width: 30, height: 40 };
  const even = (value: number) => new Float32Array(1200).fill(value);
  const blank: readonly (readonly [GreyPicture, number])[] = [
    [{ ...size, light: even(1) }, 0],
    [{ ...size, light: even(0) }, 0],
    [{ ...size, light: even(0.5).fill(0.57, 600, 610) }, 7],
    [{ ...size, light: even(0.3), opacity: even(0) }, 0],
    [{ ...size, light: Float32Array.from({ length: 1200 }, (_, at) => at * 7 % 11 / 10) }, 0],
    [{ width: 1, height: 1, light: Float32Array.of(0.5) }, 0],
  ];
  for (const [picture, percent] of blank) {
    assert.throws(
      () => toDigit(picture, "a.png"),
      new PictureError(
        `a.png is blank: nothing stands out from its edge by more than ${percent} %; ` +
          "give a picture of one digit.",
      ),
    );
  }
});
