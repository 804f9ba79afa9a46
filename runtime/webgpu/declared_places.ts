/**
 * Where the lines of a generated shader were declared, as far as this machine has been told: code generation
 * leaves a file of places beside what it writes.
 *
 * @module
 */
import type { ModuleSpec } from "../spec.ts";

/** The places that a line of a shader's file comes from, such as `layers.ts:12:5`; none if nothing is known. */
export async function declaredPlaces(
  spec: ModuleSpec,
  file: string,
  line: number,
): Promise<readonly string[]> {
  const known = await placesBeside(spec);
  if (!isRecord(known) || !isRecord(known.files) || !Array.isArray(known.places)) return [];
  const runs: unknown = known.files[`${spec.name}/${file}`];
  const run: unknown = Array.isArray(runs)
    ? runs.findLast((each) => Array.isArray(each) && Number(each[0]) <= line)
    : undefined;
  if (!Array.isArray(run)) return [];
  const { places } = known;
  return run.slice(1).map((at): unknown => places[Number(at)])
    .filter((place) => typeof place === "string")
    .map((place) => decodeURI(place.replace(/^file:\/\//, "")));
}

/** The file is read only when there is an error to tell about, and may be missing. */
async function placesBeside({ wasm }: ModuleSpec): Promise<unknown> {
  try {
    const answer = await fetch(new URL("../places.json", wasm.plain));
    return answer.ok ? await answer.json() : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
