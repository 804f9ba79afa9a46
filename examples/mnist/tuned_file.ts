/**
 * Schedules that `deno task tune` has stored on this machine.
 *
 * @module
 */
import { readTuned, type TunedSchedules } from "../../runtime/webgpu/tuned.ts";

/** Where `deno task tune` stores them unless told otherwise. */
export const TUNED_FILE = ".tilewright/tuned.json";

/**
 * Reads stored schedules; `undefined` where there are none.
 *
 * @throws {TypeError} if the file is none of stored schedules, or of another version
 */
export async function storedSchedules(path = TUNED_FILE): Promise<TunedSchedules | undefined> {
  try {
    return readTuned(await Deno.readTextFile(path));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw cause;
  }
}
