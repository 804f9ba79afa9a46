/**
 * Makes ready what a run needs: generated modules, the peers' packages, and Pythons.
 *
 * @module
 */
import { join } from "node:path";
import { plainEnvironment } from "./child.ts";
import { BENCH, GENERATED, ROOT } from "./places.ts";

/** Rules that take the tile out of a product; without them a model is computed as it is written. */
export const RULES_OF_TILES = ["fold-across-tile", "hoist-tile", "sum-of-split-product"] as const;

/** Runs a program that must succeed; its errors are what it printed. */
async function mustRun(program: string, args: readonly string[], cwd: string): Promise<void> {
  const { code, stderr } = await new Deno.Command(program, { args: [...args], cwd }).output();
  if (code === 0) return;
  throw new Error(
    `Cannot prepare the benchmark: ${program} ${args.join(" ")} ended with code ${code}. ` +
      new TextDecoder().decode(stderr).trim(),
  );
}

/**
 * Compiles `bench/specs/` twice, by all rules and without those of tiles.
 *
 * @throws {Error} if a spec does not compile
 */
export async function generateModules(): Promise<void> {
  const specs = ["models.ts", "products.ts"].map((name) => join(BENCH, "specs", name));
  await generate(specs, GENERATED.derived);
  await generate(specs.slice(0, 1), GENERATED.asWritten, RULES_OF_TILES);
}

/**
 * Compiles specs into a folder inside `bench/`.
 *
 * @param without rules of rewriting to leave out
 * @throws {Error} if a spec does not compile
 */
export async function generate(
  specs: readonly string[],
  folder: string,
  without: readonly string[] = [],
): Promise<void> {
  const args = [
    ...["run", "--quiet", "--no-prompt", "--allow-read", "--allow-write=bench", "--allow-env"],
    join(ROOT, "codegen", "main.ts"),
    ...specs,
    ...["--out", folder],
    ...without.flatMap((rule) => ["--without", rule]),
  ];
  await mustRun(Deno.execPath(), args, ROOT);
}

/** Installs the packages of peers in JavaScript; a sentence if that fails, else nothing. */
export async function installPeers(): Promise<string> {
  try {
    await mustRun(Deno.execPath(), ["install", "--quiet"], join(BENCH, "peers"));
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Where a Python may be that has a library: the one in the path, and the system's. */
const PYTHONS = ["python3", "/usr/bin/python3"];

/** The first Python that can import a library, or `undefined`. */
export async function pythonWith(library: string): Promise<string | undefined> {
  for (const python of PYTHONS) {
    try {
      const { success } = await new Deno.Command(python, {
        args: ["-c", `import ${library}`],
        clearEnv: true,
        env: { ...plainEnvironment(Deno.env.toObject()) },
      }).output();
      if (success) return python;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}
