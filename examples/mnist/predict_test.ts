import assert from "node:assert/strict";
import { encodeSafetensors } from "../../runtime/formats/safetensors.ts";
import { drawDigit } from "./digit_drawing.ts";
import { main } from "./predict.ts";
import {
  inFolder,
  lights,
  parametersOf,
  printed,
  sampleImages,
  trainedArrays,
} from "./sample_network.ts";
import { greyPng } from "./sample_png.ts";

const WEIGHTS = encodeSafetensors(parametersOf(await trainedArrays(120)), {
  module: "mnist_shared",
});
const { images, digits } = await sampleImages(0, 10);

/** One of MNIST's images, enlarged. */
function digitPng(at: number, by: number, isInverted = false): Uint8Array<ArrayBuffer> {
  return greyPng(28 * by, 28 * by, (x, y) => {
    const light = (images[at * 784 + Math.floor(y / by) * 28 + Math.floor(x / by)] ?? NaN) / 255;
    return isInverted ? 1 - light : light;
  });
}

/** Standard input that is a pipe with some bytes, or a terminal. */
function input(bytes?: Uint8Array<ArrayBuffer>) {
  const readable = ReadableStream.from(bytes === undefined ? [] : [bytes]);
  return { readable, isTerminal: () => bytes === undefined };
}

/** Runs the command in a folder with a network. */
function withNetwork(
  use: (
    folder: string,
    predict: (
      args: readonly string[],
      bytes?: Uint8Array<ArrayBuffer>,
    ) => ReturnType<typeof printed>,
  ) => Promise<void>,
): Promise<void> {
  return inFolder(async (folder) => {
    const network = `${folder}/weights.safetensors`;
    await Deno.writeFile(network, WEIGHTS);
    await use(
      folder,
      (args, bytes) => printed(() => main([network, ...args, "--threads", "1"], input(bytes))),
    );
  });
}

Deno.test("the answer comes first, then what the network saw and how sure it is of each digit", () =>
  withNetwork(async (folder, predict) => {
    const file = `${folder}/a.png`;
    await Deno.writeFile(file, digitPng(0, 1));
    const { code, out, err } = await predict([file]);
    assert.deepEqual([code, err], [0, ""]);
    const [first = "", blank, top, ...lines] = out.trimEnd().split("\n");
    assert.match(first, new RegExp(`^.*/a\\.png: ${digits[0]} \\(\\d+\\.\\d %\\)$`));
    assert.deepEqual([blank, top], ["", `┌${"─".repeat(28)}┐`]);
    assert.equal(lines.length, 15);
    const drawing = drawDigit(lights(images.subarray(0, 784)));
    assert.deepEqual(lines.slice(0, 14).map((line) => line.slice(1, 29)), drawing);
    const shares = lines.flatMap((line) => line.match(/│ {3}(\d) .* ([\d.]+) %$/)?.slice(1) ?? []);
    assert.deepEqual(shares.filter((_, at) => at % 2 === 0).join(""), "0123456789");
    const total = shares.filter((_, at) => at % 2 === 1).reduce(
      (sum, each) => sum + Number(each),
      0,
    );
    assert.ok(Math.abs(total - 100) < 0.6, `${total}`);
  }));

Deno.test("pictures of any size, light or dark, are taken for what they show", () =>
  withNetwork(async (folder, predict) => {
    const files = [0, 1, 2, 3, 4].map((at) => `${folder}/${at}.png`);
    for (const [at, file] of files.entries()) {
      await Deno.writeFile(file, digitPng(at, at + 1, at % 2 === 1));
    }
    const { code, out } = await predict([...files, "--json"]);
    assert.equal(code, 0);
    const found: readonly {
      readonly file: string;
      readonly digit: number;
      readonly probability: number;
      readonly probabilities: readonly number[];
    }[] = JSON.parse(out);
    assert.deepEqual(found.map(({ file }) => file), files);
    assert.deepEqual(found.map(({ digit }) => digit), [...digits.subarray(0, 5)]);
    for (const { digit, probability, probabilities } of found) {
      assert.equal(probabilities.length, 10);
      assert.equal(probabilities[digit], probability);
      assert.equal(Math.max(...probabilities), probability);
      const sum = probabilities.reduce((total, each) => total + each);
      assert.ok(Math.abs(sum - 1) < 1e-12);
    }
  }));

Deno.test("a picture can come from a pipe", () =>
  withNetwork(async (_, predict) => {
    for (const args of [[], ["-"]]) {
      const { code, out } = await predict(args, digitPng(1, 3));
      assert.equal(code, 0);
      assert.match(out, new RegExp(`^standard input: ${digits[1]} `));
    }
  }));

Deno.test("pictures that cannot be used are told, and the others are predicted all the same", () =>
  withNetwork(async (folder, predict) => {
    const at = (name: string) => `${folder}/${name}`;
    await Deno.writeFile(at("good.png"), digitPng(0, 2));
    await Deno.writeFile(at("blank.png"), greyPng(30, 30, () => 1));
    await Deno.writeFile(at("cut.png"), digitPng(0, 2).subarray(0, 99));
    await Deno.writeFile(at("photo.jpg"), Uint8Array.of(0xff, 0xd8, 0xff, 0xe0));
    const bad = ["blank.png", "cut.png", "photo.jpg", "none.png", ""].map(at);
    const { code, out, err } = await predict([...bad, at("good.png")]);
    assert.equal(code, 1);
    assert.match(out, /^.*good\.png: 7 /);
    const messages = [
      /blank\.png is blank: .*; give a picture of one digit\.$/,
      /cut\.png is damaged: it is cut off after 99 bytes; save it anew as a PNG\.$/,
      /photo\.jpg is a JPEG; save it as a PNG\.$/,
      /none\.png does not exist; give a PNG\.$/,
      / is a folder; give a PNG\.$/,
    ];
    const lines = err.trimEnd().split("\n");
    assert.equal(lines.length, messages.length);
    messages.forEach((message, line) => assert.match(lines[line] ?? "", message));
  }));

Deno.test("what cannot be done is refused with a sentence", () =>
  withNetwork(async (folder, predict) => {
    const good = `${folder}/good.png`;
    await Deno.writeFile(good, digitPng(0, 1));
    const refusals: readonly (readonly [readonly string[], number, RegExp])[] = [
      [[], 2, /^Missing image: name a PNG file, or let one come from a pipe\.$/],
      [["-", good, "-"], 2, /^Cannot read standard input 2 times; give - once\.$/],
      [[good, "--model", "orginal"], 2, /Did you mean original\?$/],
      [[good, "--model", "original"], 1, /does not fit model "mnist_original"/],
      [[`${folder}/none.png`], 1, /none\.png does not exist/],
    ];
    for (const [args, code, message] of refusals) {
      const found = await predict(args);
      assert.deepEqual([found.code, found.out], [code, ""]);
      assert.match(found.err.trimEnd(), message);
      assert.doesNotMatch(found.err, /\n {4}at /);
    }
    const empty = await predict(["-"], new Uint8Array());
    assert.deepEqual([empty.code, empty.err], [1, "standard input is empty; give a PNG.\n"]);
  }));
