/**
 * From a module's text of C to machine code: compiled once for a compiler and a CPU, and kept.
 *
 * @module
 */
import type { ModuleSpec } from "../spec.ts";
import { messageOf } from "../wording.ts";
import type { Toolchain } from "./toolchain.ts";

/** The headers that every text includes. */
const HEADERS = ["tilewright.h", "host.h", "crew.h", "elementary.h", "tile.h"] as const;

/** A text and all that it includes, by file name. */
type Sources = ReadonlyMap<string, string>;

/**
 * The file that holds a module's machine code, compiled if it was not there.
 *
 * @throws {Error} if the module has no text, its text is not the one that belongs to its bindings, or the
 *   compiler refuses it
 */
export async function buildLibrary(spec: ModuleSpec, toolchain: Toolchain): Promise<string> {
  const sources = await sourcesOf(spec);
  const { compiler, flags, target, folder } = toolchain;
  const key = await sha256(JSON.stringify([compiler, flags, target, ...sources]));
  const place = `${folder}/${spec.name}-${key.slice(0, 16)}`;
  const library = `${place}/kernels.so`;
  if (await exists(library)) return library;
  try {
    await compile(sources, place, library, toolchain);
  } catch (cause) {
    throw new Error(
      `Cannot compile module "${spec.name}" with ${compiler}: ${messageOf(cause)}`,
      { cause },
    );
  }
  return library;
}

async function sourcesOf(spec: ModuleSpec): Promise<Sources> {
  const { name, native } = spec;
  if (native === undefined) {
    throw new Error(
      `Cannot load module "${name}" as machine code: its bindings name no C; run "deno task gen" to ` +
        `write it, or choose another backend`,
    );
  }
  const text = await textAt(native.source);
  if (await sha256(text) !== native.sha256) {
    throw new Error(
      `Cannot load module "${name}" as machine code: ${native.source.href} is not the text that its ` +
        `bindings were written with; run "deno task gen" to write both anew`,
    );
  }
  const headers = await Promise.all(
    HEADERS.map(async (file) =>
      [file, await textAt(new URL(`./${file}`, import.meta.url))] as const
    ),
  );
  return new Map([["kernels.c", text], ...headers]);
}

async function textAt(url: URL): Promise<string> {
  try {
    const response = await fetch(url);
    if (response.ok) return await response.text();
    await response.body?.cancel();
    throw new Error(`status ${response.status}`);
  } catch (cause) {
    throw new Error(`Cannot fetch ${url.href}: ${messageOf(cause)}; allow reading it`, { cause });
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    return (await Deno.stat(file)).isFile;
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return false;
    throw thrown;
  }
}

/** Compiles beside the place and moves the result there, so that others never see a half of it. */
async function compile(
  sources: Sources,
  place: string,
  library: string,
  { compiler, flags }: Toolchain,
): Promise<void> {
  await Deno.mkdir(place, { recursive: true });
  for (const [file, text] of sources) await Deno.writeTextFile(`${place}/${file}`, text);
  const own = `${library}.${Deno.pid}-${crypto.randomUUID()}`;
  const args = [...flags, `-I${place}`, `${place}/kernels.c`, "-o", own, "-lm"];
  const { success, stderr } = await new Deno.Command(compiler, { args, stdin: "null" }).output();
  if (!success) {
    const said = new TextDecoder().decode(stderr).trim().split("\n");
    throw new Error(
      `${
        said.find((line) => /error/.test(line)) ?? said[0] ?? "it says nothing"
      }; its text is kept at ` +
        `${place}/kernels.c`,
    );
  }
  await Deno.rename(own, library);
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
