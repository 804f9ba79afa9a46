/** Breaks lines of C that are too long to read. @module */

/** The most characters of a line. */
const MOST = 110;

/** What a line may be broken behind: rather behind what a list or a statement falls into than within a sum. */
const BREAKS = [
  { sign: ", ", within: 0 },
  { sign: " = ", within: 0 },
  { sign: " ? ", within: 1 },
  { sign: " : ", within: 1 },
  { sign: " + ", within: 2 },
] as const;

/**
 * A line in pieces of at most 110 characters, where it can be broken: as far outside of parentheses as possible,
 * and there as late as possible. Comments stay as they are.
 */
export function wrap(line: string): readonly string[] {
  const indent = line.length - line.trimStart().length;
  const at = line.length <= MOST || /^ *[/*#]/.test(line) ? undefined : breakOf(line, indent);
  if (at === undefined) return [line];
  return [line.slice(0, at).trimEnd(), ...continued(line.slice(at), indent + 4)];
}

/** The pieces of what follows, all with the same indentation. */
function continued(rest: string, indent: number): readonly string[] {
  const line = " ".repeat(indent) + rest;
  const at = line.length <= MOST ? undefined : breakOf(line, indent);
  if (at === undefined) return [line];
  return [line.slice(0, at).trimEnd(), ...continued(line.slice(at), indent)];
}

function breakOf(line: string, indent: number): number | undefined {
  let depth = 0, least: readonly [number, number] = [Infinity, 0], found: number | undefined;
  for (let at = indent; at < MOST; at++) {
    if ("([{".includes(line[at] ?? " ")) depth++;
    if (")]}".includes(line[at] ?? " ")) depth--;
    const place = BREAKS.find(({ sign }) => line.startsWith(sign, at));
    if (place === undefined || at + place.sign.length > MOST) continue;
    const [outer, part] = least;
    if (depth > outer || (depth === outer && place.within > part)) continue;
    least = [depth, place.within];
    found = at + place.sign.length;
  }
  return found;
}
