/**
 * Finds the functions of a kernel in a module's WebAssembly text.
 *
 * @module
 */

/** A function of a text with the comments above it. */
export interface WatFunction {
  readonly id: string;
  readonly lines: readonly string[];
}

/**
 * The functions that compute a kernel: the one that its program calls, and the parts of it.
 *
 * @param at the kernel's place in its program
 * @returns nothing if the text has no such function
 */
export function kernelFunctions(
  functions: readonly WatFunction[],
  program: string,
  at: number,
): string {
  const share = functions.find(({ id }) => id === `${program}.share`)?.lines.join("\n") ?? "";
  // After each kernel a thread reports its place in the program.
  let id: string | undefined;
  for (const [, called = "", place] of share.matchAll(CALL)) {
    if (called === "done" && Number(place) === at) break;
    if (!THREADS.includes(called)) id = called;
  }
  if (id === undefined) return "";
  return functions.filter((each) => each.id === id || each.id.startsWith(`${id}.`))
    .map(({ lines }) => unindented(lines)).join("\n\n");
}

/** A call; of `done`, with the place of the kernel that is. */
const CALL = /\(call \$([^\s()]+)(?: \(local\.get \$thread\) \(i32\.const (-?\d+)\))?/g;

/** Functions about threads, which every module has. */
const THREADS = ["meet", "border", "done", "mark"];

/** All functions of a module's text. */
export function functionsOf(wat: string): readonly WatFunction[] {
  const functions: WatFunction[] = [];
  let comments: string[] = [];
  let open: { id: string; lines: string[] } | undefined;
  for (const line of wat.split("\n")) {
    if (open === undefined && line.startsWith("  ;;")) {
      comments.push(line);
      continue;
    }
    const id = line.match(/^ {2}\(func \$([^\s()]+)/)?.[1];
    if (id !== undefined) {
      open = { id, lines: [...comments, line] };
      functions.push(open);
    } else if (open !== undefined && line.startsWith("    ")) {
      open.lines.push(line);
    } else {
      open = undefined;
    }
    comments = line.startsWith("  ;;") ? [line] : [];
  }
  return functions;
}

/** Functions stand inside of a module. */
function unindented(lines: readonly string[]): string {
  return lines.map((line) => line.replace(/^ {2}/, "")).join("\n");
}
