/**
 * The weight-sharing network as it is written: the tile is made, and multiplied.
 *
 * @module
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { mnistShared } from "../../generated/mnist_shared/mnist_shared.ts";
import { BENCH, moduleFile, ROOT } from "../places.ts";
import { generate, RULES_OF_TILES } from "../prepare.ts";

const FOLDER = join(BENCH, "generated", "experiment");

/**
 * Compiles the network without the rules that take the tile out of its products, and loads its module.
 *
 * @throws {Error} if it does not compile
 */
export async function asWrittenModule(): Promise<typeof mnistShared> {
  await generate([join(ROOT, "examples", "mnist", "spec.ts")], FOLDER, RULES_OF_TILES);
  const file = pathToFileURL(moduleFile(FOLDER, "mnist_shared"));
  // Of the same declaration, so that it has the same tensors and programs.
  const module: { readonly mnistShared: typeof mnistShared } = await import(file.href);
  return module.mnistShared;
}
