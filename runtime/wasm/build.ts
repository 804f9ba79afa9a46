/**
 * From a module's spec to its compiled WebAssembly: the build for this engine, fetched and compiled.
 *
 * @module
 */
import type { ModuleSpec } from "../spec.ts";
import { messageOf } from "../wording.ts";
import { hasRelaxedSimd } from "./relaxed_simd.ts";

/** A build of a module, compiled. */
export interface Build {
  readonly module: WebAssembly.Module;
  /** An error about this build: which file, what is wrong with it, and what to do. */
  fault(what: string, cause?: unknown): Error;
}

/** Fetches and compiles the build for this engine, and no other. */
export async function compileBuild(
  spec: ModuleSpec,
  relaxed: boolean = hasRelaxedSimd,
): Promise<Build> {
  const url = relaxed ? spec.wasm.relaxed : spec.wasm.plain;
  const fault = (what: string, cause?: unknown): Error =>
    new Error(
      `The WebAssembly of module "${spec.name}" at ${shortUrl(url)} ${what}; ` +
        `run "deno task gen" to write it anew`,
      { cause },
    );
  const bytes = await fetchBytes(spec.name, url);
  try {
    return { module: await WebAssembly.compile(bytes), fault };
  } catch (cause) {
    throw fault(`is not accepted by this WebAssembly engine: ${messageOf(cause)}`, cause);
  }
}

async function fetchBytes(moduleName: string, url: URL): Promise<ArrayBuffer> {
  try {
    const response = await fetch(url);
    if (response.ok) return await response.arrayBuffer();
    await response.body?.cancel();
    throw new Error(`status ${response.status}`);
  } catch (cause) {
    throw new Error(
      `Cannot fetch the WebAssembly of module "${moduleName}" from ${shortUrl(url)}: ` +
        `${messageOf(cause)}; run "deno task gen" to write it, and allow reading it`,
      { cause },
    );
  }
}

/** A URL fit for a sentence: data: URLs carry the whole file. */
function shortUrl(url: URL): string {
  return url.href.length > 200 ? `${url.href.slice(0, 60)}…` : url.href;
}
