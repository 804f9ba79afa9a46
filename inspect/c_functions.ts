/**
 * Finds the functions of a kernel in a module's text of C.
 *
 * @module
 */

/** A function with the comment above it. */
interface CFunction {
  readonly id: string;
  /** Its first line, counted from 0, and the one after its last. */
  readonly from: number;
  readonly to: number;
}

/**
 * The functions that compute a kernel, the one that its program calls and its parts, as numbers of lines from 0.
 *
 * @param at the kernel's place in its program
 * @returns stretches of lines; none if the text has no such function
 */
export function kernelStretches(
  text: string,
  program: string,
  at: number,
): readonly (readonly number[])[] {
  const lines = text.split("\n");
  const functions = functionsOf(lines);
  const runs = functions.find(({ id }) => id === `run_${program}`);
  if (runs === undefined) return [];
  const calls = lines.slice(runs.from, runs.to).flatMap((line) => {
    const [, place, id] = line.match(CALL) ?? [];
    return id !== undefined && Number(place) === at ? [id] : [];
  });
  const id = calls.at(-1);
  const parts = [id, ...PARTS.map((part) => `${id}_${part}`)];
  return functions.filter((each) => parts.includes(each.id))
    .map(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i));
}

/** Where a thread computes its share of a kernel, or one thread all of it. */
const CALL = /^ +if \(tw_(?:shares|alone)\(thread, (\d+)\b.*\)\) (kernel_\w+)\(/;

/** What functions are called that a kernel has beside its own. */
const PARTS = ["results", "lists", "from_lists"] as const;

function functionsOf(lines: readonly string[]): readonly CFunction[] {
  const functions: CFunction[] = [];
  let comment: number | undefined;
  for (const [at, line] of lines.entries()) {
    if (line.startsWith("/*")) comment = at;
    const [, id] = line.match(/^(?:static|TW_ALWAYS) void (\w+)\(/) ?? [];
    if (id !== undefined) {
      functions.push({ id, from: comment ?? at, to: lines.indexOf("}", at) + 1 });
    }
    if (line === "") comment = undefined;
  }
  return functions;
}
