/**
 * The C compiler of this machine: which it is, what it compiles for, and where its work is kept.
 *
 * @module
 */
import { listed, messageOf } from "../wording.ts";

/** A compiler that was found to work. */
export interface Toolchain {
  /** How it is called. */
  readonly compiler: string;
  /** For this very CPU. */
  readonly flags: readonly string[];
  /** All that it knows of itself and of the machine; another compiler or CPU gives another text. */
  readonly target: string;
  /** Where compiled modules are kept. */
  readonly folder: string;
}

/** How to look for a compiler. */
export interface ToolchainOptions {
  /** What to try, in order; `CC` of the environment or what is usual, if absent. */
  readonly compilers?: readonly string[];
  /** Further flags; `CFLAGS` of the environment, if absent. */
  readonly flags?: readonly string[];
  /** Where compiled modules are kept. */
  readonly folder?: string;
}

/** A toolchain, or in a clause why there is none. */
export type ToolchainSearch =
  | { readonly found: true; readonly toolchain: Toolchain }
  | { readonly found: false; readonly why: string };

const COMPILERS = ["cc", "gcc", "clang"] as const;

/**
 * Lanes where a loop asks for them; no errno, no traps, whole numbers that wrap around. Of AVX-512 whole
 * vectors are taken, where compilers would halve them.
 */
const FLAGS = [
  "-std=gnu11",
  "-O2",
  "-fopenmp-simd",
  "-fno-math-errno",
  "-fno-trapping-math",
  "-fwrapv",
  "-fPIC",
  "-shared",
  "-pthread",
  "-fvisibility=hidden",
  // A program would end where it calls a function that there is not.
  "-Werror=implicit-function-declaration",
] as const;

/** Of each machine, how a compiler is told to compile for this very CPU, best first. */
const TUNINGS = [
  ["-march=native", "-mprefer-vector-width=512"],
  ["-march=native"],
  ["-mcpu=native"],
  [],
] as const;

/** Looks for a compiler that works. */
export async function findToolchain(options: ToolchainOptions = {}): Promise<ToolchainSearch> {
  const why = whyNot();
  if (why !== undefined) return { found: false, why };
  const denied = await whyDenied();
  if (denied !== undefined) return { found: false, why: denied };
  try {
    const folder = options.folder ?? cacheFolder();
    const compilers = options.compilers ?? wordsOf("CC") ?? COMPILERS;
    const further = options.flags ?? wordsOf("CFLAGS") ?? [];
    const faults: string[] = [];
    for (const compiler of compilers) {
      const asked = await ask(compiler, further);
      if ("target" in asked) {
        const flags = [...FLAGS, ...asked.tuning, ...further];
        return { found: true, toolchain: { compiler, flags, target: asked.target, folder } };
      }
      faults.push(asked.fault);
    }
    const why = `no C compiler works here (${listed(compilers)} tried: ${faults[0]})`;
    return { found: false, why };
  } catch (thrown) {
    return { found: false, why: messageOf(thrown) };
  }
}

/** Why this platform runs no machine code; undefined if it does. */
function whyNot(): string | undefined {
  const { os } = Deno.build;
  return os === "linux" || os === "darwin" ? undefined : `${os} has no POSIX threads`;
}

async function whyDenied(): Promise<string | undefined> {
  const { state } = await Deno.permissions.request({ name: "ffi" });
  return state === "granted" ? undefined : "loading machine code takes --allow-ffi";
}

/** What a compiler says of the machine that it compiles for, by these further flags. */
async function ask(
  compiler: string,
  further: readonly string[],
): Promise<
  { readonly target: string; readonly tuning: readonly string[] } | { readonly fault: string }
> {
  let fault = "";
  for (const tuning of TUNINGS) {
    const args = [...tuning, ...further, "-dM", "-E", "-x", "c", "/dev/null"];
    try {
      const command = new Deno.Command(compiler, { args, stdin: "null" });
      const { success, stdout, stderr } = await command.output();
      if (success) return { target: new TextDecoder().decode(stdout), tuning };
      fault = new TextDecoder().decode(stderr).trim();
    } catch (thrown) {
      return { fault: faultOf(compiler, thrown) };
    }
  }
  return { fault };
}

function faultOf(compiler: string, thrown: unknown): string {
  if (thrown instanceof Deno.errors.NotFound) return `there is no ${compiler}`;
  if (thrown instanceof Deno.errors.NotCapable) return `${compiler} takes --allow-run=${compiler}`;
  return `${compiler} does not start: ${messageOf(thrown)}`;
}

/** The words of a variable of the environment; undefined if it has none. */
function wordsOf(variable: string): readonly string[] | undefined {
  const words = Deno.env.get(variable)?.split(/\s+/).filter((word) => word !== "") ?? [];
  return words.length === 0 ? undefined : words;
}

/** Where programs keep what they can make again, as systems agree. */
function cacheFolder(): string {
  const given = Deno.env.get("XDG_CACHE_HOME");
  if (given !== undefined && given !== "") return `${given}/tilewright`;
  const home = Deno.env.get("HOME");
  if (home === undefined || home === "") {
    throw new Error("nothing says where to keep what is compiled; set XDG_CACHE_HOME");
  }
  return Deno.build.os === "darwin"
    ? `${home}/Library/Caches/tilewright`
    : `${home}/.cache/tilewright`;
}
