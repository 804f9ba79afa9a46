/** Modules whose C was changed by hand, to try what becomes of it. @module */
import type { ModuleSpec } from "../spec.ts";

/** A module with another text; each change must be of something that the text has. */
export async function withChangedText<const M extends ModuleSpec>(
  module: M,
  ...changes: readonly (readonly [from: string, to: string])[]
): Promise<M> {
  if (module.native === undefined) throw new Error(`${module.name} has no C`);
  const text = changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`${module.name} has no ${from}`);
    return text.replace(from, to);
  }, await (await fetch(module.native.source)).text());
  return { ...module, native: await sourceOf(text) };
}

/** A text of C as modules name it. */
export async function sourceOf(text: string): Promise<NonNullable<ModuleSpec["native"]>> {
  const bytes = new TextEncoder().encode(text);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  const sha256 = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0"));
  return {
    source: new URL(`data:text/plain,${encodeURIComponent(text)}`),
    sha256: sha256.join(""),
  };
}
