/**
 * A file beside generated ones that tells of each of their lines where it was declared. It is for this machine
 * and never compared: it changes with every line that moves in a source, and what is generated does not.
 *
 * @module
 */
import type { Place } from "../dsl/provenance.ts";
import type { GeneratedFile } from "./targets/target.ts";

/** Its name, in the folder that has a folder for each module. */
export const PLACES = "places.json";

/** From a line of a file on: positions in the list of places. */
type Run = readonly [line: number, ...places: number[]];

/** What the file of places holds. */
export interface PlacesFile {
  /** `file:///layers.ts:12:5` */
  readonly places: readonly string[];
  /** Runs of lines that come from the same places, by the path of the file that they are in. */
  readonly files: Readonly<Record<string, readonly Run[]>>;
}

const showPlace = ({ file, line, column }: Place): string => `${file}:${line}:${column}`;

/** The file of places of all files whose lines are known to come from somewhere. */
export function placesFile(files: readonly GeneratedFile[]): GeneratedFile {
  const numbers = new Map<string, number>();
  const numberOf = (place: Place): number => {
    const text = showPlace(place);
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  };
  const lines = files.flatMap(({ path, provenances = [] }) => {
    const runs: Run[] = [];
    provenances.forEach((each, at) => {
      const places = (each?.places ?? []).map(numberOf);
      if (runs.at(-1)?.slice(1).join() !== places.join()) runs.push([at + 1, ...places]);
    });
    return runs.length === 0 ? [] : [[path, runs] as const];
  });
  const content: PlacesFile = { places: [...numbers.keys()], files: Object.fromEntries(lines) };
  return { path: PLACES, content: `${JSON.stringify(content)}\n` };
}
