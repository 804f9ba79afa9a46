/** The text that the example makes: sums in words, such as "four plus nine is thirteen." @module */
import { fillUniform } from "../../runtime/random.ts";
import { ALPHABET } from "./sizes.ts";

const NUMBERS =
  `zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
  fifteen sixteen seventeen eighteen`.split(/\s+/);

/** The largest number that is added. */
const LARGEST = 9;

/** A sum as the start of a sentence, and as what completes it. */
export function sumOf(a: number, b: number): { readonly start: string; readonly end: string } {
  return { start: `${NUMBERS[a]} plus ${NUMBERS[b]} is `, end: `${NUMBERS[a + b]}. ` };
}

/** Characters as the model's numbers. */
export function encode(text: string): number[] {
  return [...text].map((character) => ALPHABET.indexOf(character));
}

/** The model's numbers as characters. */
export function decode(tokens: readonly number[]): string {
  return tokens.map((token) => ALPHABET[token] ?? "?").join("");
}

/** Sentences one after another, of at least `length` characters; the same for the same seed. */
export function writeText(length: number, seed: number): string {
  const pairs = fillUniform(
    new Float32Array(2 * Math.ceil(length / 16)),
    { seed, name: "sums" },
    0,
    LARGEST + 1,
  );
  let text = "";
  for (let i = 0; text.length < length; i += 2) {
    const { start, end } = sumOf(Math.floor(pairs[i] ?? 0), Math.floor(pairs[i + 1] ?? 0));
    text += start + end;
  }
  return text;
}
