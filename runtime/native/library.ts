/**
 * The functions of a module's machine code, as `host.h` declares them.
 *
 * @module
 */
import { messageOf } from "../wording.ts";

const SYMBOLS = {
  tw_lanes: { parameters: [], result: "u32" },
  tw_open: { parameters: ["buffer", "u32", "u32", "buffer", "usize"], result: "pointer" },
  tw_run: { parameters: ["pointer", "u32", "buffer", "u32", "u32"], result: "void" },
  tw_write: { parameters: ["pointer", "u32", "buffer", "u64", "u64"], result: "u32" },
  tw_read: { parameters: ["pointer", "u32", "buffer", "u64"], result: "u32" },
  tw_overrun_slot: { parameters: ["pointer"], result: "u32" },
  tw_seconds: { parameters: ["pointer", "u32", "u32"], result: "f64" },
  tw_close: { parameters: ["pointer"], result: "void" },
} as const;

/** A loaded library. */
export type Library = Deno.DynamicLibrary<typeof SYMBOLS>;

/** A module's memory and threads inside a library. */
export type Handle = NonNullable<ReturnType<Library["symbols"]["tw_open"]>>;

/** What was loaded stays: threads may still be inside, and what is loaded twice is one library. */
const loaded = new Map<string, Library>();

/**
 * Loads machine code.
 *
 * @throws {Error} if the file cannot be loaded into this process
 */
export function loadLibrary(moduleName: string, file: string): Library {
  const known = loaded.get(file);
  if (known !== undefined) return known;
  try {
    const library = Deno.dlopen(file, SYMBOLS);
    loaded.set(file, library);
    return library;
  } catch (cause) {
    throw new Error(
      `Cannot load module "${moduleName}": ${file} does not fit this process: ${
        messageOf(cause)
      }; ` +
        `delete it, so that it is compiled anew`,
      { cause },
    );
  }
}
