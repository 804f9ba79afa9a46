/**
 * What makes a test process compile C that watches itself: every address that it reads or writes must be its own,
 * and everything that C leaves undefined ends the process.
 *
 * @module
 */

/** Compiles without optimizing: that is quickest, and leaves no access out. */
const FLAGS = "-O0 -fsanitize=address,undefined -fno-sanitize-recover=all";

/** The program that is loaded with sanitizers gives them to all that it starts; the compiler is better off. */
const COMPILER = `#!/bin/sh
unset LD_PRELOAD
exec "\${TILEWRIGHT_SANITIZED_CC}" "$@"
`;

/**
 * The environment of such a process.
 *
 * @throws {Error} if the compiler brings no sanitizers
 */
export async function sanitizedEnvironment(): Promise<Readonly<Record<string, string>>> {
  const compiler = Deno.env.get("CC") ?? "cc";
  const asked = new Deno.Command(compiler, { args: ["-print-file-name=libasan.so"] });
  const library = new TextDecoder().decode((await asked.output()).stdout).trim();
  // A compiler that has no such file repeats its name.
  if (!library.includes("/")) {
    throw new Error(
      `Cannot test with sanitizers: ${compiler} has no libasan.so; Debian's gcc brings it`,
    );
  }
  const folder = await Deno.makeTempDir({ prefix: "sanitized" });
  await Deno.writeTextFile(`${folder}/cc`, COMPILER, { mode: 0o755 });
  return {
    CC: `${folder}/cc`,
    TILEWRIGHT_SANITIZED_CC: compiler,
    CFLAGS: FLAGS,
    LD_PRELOAD: library,
    // What the program itself still holds at its end is not asked; and what it gives back is soon given out again,
    // as tests look at its memory.
    ASAN_OPTIONS: "detect_leaks=0:quarantine_size_mb=4",
    XDG_CACHE_HOME: folder,
  };
}
