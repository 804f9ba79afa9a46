/**
 * Where values come from: for each node, the places in the source at which it was written, through every copy
 * and every rewriting.
 *
 * Nodes are shared by all that declare the same value, so places are no part of them. They are noted beside,
 * once per declaration, by what runs while it is traced or compiled; what is computed never depends on them.
 *
 * @module
 */
import type { Node } from "./ops.ts";

/** A place in a source file. */
export interface Place {
  /** The file's URL. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
}

/** The folder of the language: its own files say how ops work; its subfolders, and tests, declare with them. */
const LANGUAGE = new URL(".", import.meta.url).href;

const isLibrary = ({ file }: Place): boolean =>
  file.startsWith(LANGUAGE) && !file.endsWith("_test.ts");
const isWord = (place: Place): boolean =>
  isLibrary(place) && !place.file.slice(LANGUAGE.length).includes("/");
const isOnSameLine = (a: Place, b: Place): boolean => a.file === b.file && a.line === b.line;

/** More calls than lie between an op and the declaration that it stands in. */
const DEEPEST = 60;

/** A line of a stack trace: `at add (file:///layers.ts:12:5)`. */
const CALL = /^\s*at (?:(.*?) \()?((?:file|https?|blob|data):.*?):(\d+):(\d+)\)?$/;

/** What was being written when it was made: the calls that led there, read only if somebody asks. */
export class Site {
  readonly #stack: Error;
  #places: readonly Place[] | undefined;

  private constructor(stack: Error) {
    this.#stack = stack;
  }

  /** Here, for whoever called the language. */
  static here(): Site {
    const before = Error.stackTraceLimit;
    Error.stackTraceLimit = DEEPEST;
    const stack = new Error();
    Error.stackTraceLimit = before;
    return new Site(stack);
  }

  /** Places outside of the language's own words, innermost first, up to the function that is being traced. */
  get places(): readonly Place[] {
    this.#places ??= placesIn(this.#stack.stack ?? "");
    return this.#places;
  }
}

interface Call {
  readonly name: string;
  readonly place: Place;
}

function callsIn(stack: string): readonly Call[] {
  return stack.split("\n").flatMap((line): Call[] => {
    const [, name = "", file, at, column] = CALL.exec(line) ?? [];
    if (file === undefined) return [];
    return [{ name, place: { file, line: Number(at), column: Number(column) } }];
  });
}

function placesIn(stack: string): readonly Place[] {
  const calls = callsIn(stack);
  const end = calls.findIndex(({ name }) => name === recordedIn.name);
  return (end < 0 ? calls : calls.slice(0, end)).map(({ place }) => place)
    .filter((place) => !isWord(place));
}

/** A way from where a value was written to where that was used, and so on outwards. */
interface Trail {
  readonly sites: readonly Site[];
  /** The declaration around it all. */
  readonly declared: Site | undefined;
}

function placesOn({ sites, declared }: Trail): readonly Place[] {
  const [inner, ...outer] = sites.map((site) => site.places);
  const places = [...inner ?? []];
  for (const site of outer) {
    // Where the library makes its own layers ready to use tells nothing that its formula does not.
    const own = new Set(places.filter(isLibrary).map(({ file }) => file));
    places.push(...site.filter(({ file }) => !own.has(file)));
  }
  if (!places.every(isLibrary)) return places;
  return [...places, ...(declared?.places ?? []).filter((place) => !isLibrary(place))];
}

/** Where a value comes from. */
export class Provenance {
  readonly #trails: ReadonlySet<Trail>;
  #places: readonly Place[] | undefined;

  private constructor(trails: Iterable<Trail>) {
    this.#trails = new Set(trails);
  }

  /** A value that was written at a site, used at the others, in a declaration. */
  static at(sites: readonly Site[], declared: Site | undefined): Provenance {
    return new Provenance([{ sites, declared }]);
  }

  /** Values that one value comes from, or stands for. */
  static union(all: readonly (Provenance | undefined)[]): Provenance | undefined {
    const known = all.filter((each) => each !== undefined);
    const [only] = known;
    if (known.length <= 1) return only;
    return new Provenance(known.flatMap((each) => [...each.#trails]));
  }

  /** The same value, used at further sites, in a declaration of its own. */
  usedAt(sites: readonly Site[], declared: Site | undefined): Provenance {
    return new Provenance(
      Array.from(this.#trails, (trail) => ({ sites: [...trail.sites, ...sites], declared })),
    );
  }

  /** Every line once; of each way from a formula to its use the formula first. */
  get places(): readonly Place[] {
    this.#places ??= Array.from(this.#trails, placesOn).flat().filter((place, i, all) =>
      all.findIndex((other) => isOnSameLine(other, place)) === i
    );
    return this.#places;
  }
}

/** Where the nodes of one declaration come from. */
export type Provenances = ReadonlyMap<Node, Provenance>;

interface Recording {
  readonly notes: Map<Node, Provenance>;
  readonly declared: Site | undefined;
  /** Where a node that is made now comes from. */
  readonly source: () => Provenance | undefined;
  /** True while layers are applied by the language, for somebody who listed them. */
  readonly isListed?: true;
}

let current: Recording | undefined;

function during<R>(recording: Recording | undefined, run: () => R): R {
  const outer = current;
  current = recording;
  try {
    return run();
  } finally {
    current = outer;
  }
}

/**
 * Runs a function of a declaration: each node that it makes comes from the place where it is written.
 *
 * @param notes where that is noted
 * @param declared the declaration itself
 */
export function recordedIn<R>(
  notes: Map<Node, Provenance>,
  declared: Site | undefined,
  run: () => R,
): R {
  return during({ notes, declared, source: () => Provenance.at([Site.here()], declared) }, run);
}

/** Runs a function that somebody wrote, as a part of what is being recorded, if anything is. */
export function written<R>(used: Site, run: () => R): R {
  if (current === undefined) return run();
  const { notes, declared } = current;
  const own = new Map<Node, Provenance>();
  const result = recordedIn(own, declared, run);
  for (const [node, from] of own) {
    if (!notes.has(node)) notes.set(node, from.usedAt([used], declared));
  }
  return result;
}

/**
 * Runs a compilation: values come from those that they are copied or derived from.
 *
 * @param notes where the declaration's own values come from
 */
export function tracedFrom<R>(notes: Provenances, run: () => R): R {
  return during({ notes: new Map(notes), declared: undefined, source: () => undefined }, run);
}

/**
 * Something that runs apart from the rest, in several pieces: what it notes is known in its later pieces, and
 * nowhere else.
 */
export function apart(): <R>(run: () => R) => R {
  if (current === undefined) return (run) => run();
  const own = { ...current, notes: new Map(current.notes) };
  return (run) => during(own, run);
}

/** Notes a node that is made, or made again. */
export function noteMade(node: Node): void {
  if (current === undefined || current.notes.has(node)) return;
  const from = current.source();
  if (from !== undefined) current.notes.set(node, from);
}

/** Runs a function whose new nodes come from where these come from. */
export function causedBy<R>(nodes: readonly Node[], run: () => R): R {
  if (current === undefined) return run();
  const from = Provenance.union(nodes.map((node) => current?.notes.get(node)));
  return during({ ...current, source: () => from }, run);
}

/** A node is another one's copy, with other operands. */
export function copyProvenance(from: Node, to: Node): void {
  const known = current?.notes.get(from);
  if (known !== undefined && current?.notes.has(to) === false) current.notes.set(to, known);
}

/** Nodes have been replaced by others: what is new comes from where all that went away comes from. */
export function replaceProvenance(gone: readonly Node[], come: readonly Node[]): void {
  const { notes } = current ?? {};
  if (notes === undefined) return;
  const from = Provenance.union(gone.map((node) => notes.get(node)));
  if (from === undefined) return;
  for (const node of come) if (!notes.has(node)) notes.set(node, from);
}

/** Runs the copying of a node out of another declaration that is used at some sites. */
export function usedFrom<R>(
  { provenances, sites }: { readonly provenances: Provenances; readonly sites: readonly Site[] },
  node: Node,
  run: () => R,
): R {
  if (current === undefined) return run();
  const from = provenances.get(node)?.usedAt(sites, current.declared);
  return from === undefined ? run() : during({ ...current, source: () => from }, run);
}

/** Applies layers that somebody listed: where each was listed tells more than where the list is applied. */
export function listed<R>(run: () => R): R {
  return current === undefined ? run() : during({ ...current, isListed: true }, run);
}

/** Runs a function whose new nodes are written at some sites. */
export function at<R>(sites: readonly Site[], run: () => R): R {
  if (current === undefined) return run();
  const { declared } = current;
  return during({ ...current, source: () => Provenance.at(sites, declared) }, run);
}

/** The sites of a layer that was made ready at one site and is applied now. */
export function sitesOfUse(ready: Site): readonly Site[] {
  return current === undefined || current.isListed ? [ready] : [ready, Site.here()];
}

/** Where a node comes from, while something is recorded or compiled. */
export function provenanceOf(node: Node): Provenance | undefined {
  return current?.notes.get(node);
}
