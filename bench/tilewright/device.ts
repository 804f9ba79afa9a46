/**
 * Where the benchmark's processes meet tilewright's runtime: opens a backend, and finds generated modules,
 * whose types are known only when they are loaded.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { type Backend, BACKEND_NAMES, type BackendName } from "../../runtime/backend.ts";
import { openBackend } from "../../runtime/open_backend.ts";
import type { ModuleSpec } from "../../runtime/spec.ts";
import type { MessageOf } from "../messages.ts";

/** What to run a module on. */
export interface Device {
  readonly device: BackendName;
  /** Threads of the CPU; a GPU takes no note. */
  readonly threads: number;
  /** Whether to take the time of every kernel. */
  readonly profile?: boolean;
}

/**
 * The backend that an argument names.
 *
 * @throws {TypeError} if there is no such backend
 */
export function backendNamed(device: string | undefined): BackendName {
  const found = BACKEND_NAMES.find((name) => name === device);
  if (found === undefined) throw new TypeError(`There is no backend "${device}".`);
  return found;
}

/** An open backend, to be disposed of. */
export interface Opened {
  readonly backend: Backend;
  /** The message about it. */
  readonly about: MessageOf<"about">;
}

/**
 * The spec that a generated binding exports.
 *
 * @throws {TypeError} if the file exports none
 */
export async function specIn(file: string): Promise<ModuleSpec> {
  const exported: Record<string, unknown> = await import(pathToFileURL(file).href);
  const spec = Object.values(exported).find((value) =>
    typeof value === "object" && value !== null && "programs" in value && "slots" in value
  );
  if (spec === undefined) throw new TypeError(`${file} exports no module; generate it anew`);
  // The generator wrote the file; its literal ends in `satisfies ModuleSpec<...>`.
  return spec as ModuleSpec;
}

/**
 * Opens a backend.
 *
 * @throws {Error} if it is another, or has not as many threads as it was asked for
 */
export async function openDevice(
  { device, threads, profile = false }: Device,
): Promise<Opened> {
  const { backend, reason } = await openBackend({ backend: device, threads, profile });
  const { info } = backend;
  if (info.name !== device) {
    await backend.dispose();
    throw new Error(`Asked for ${device}, but: ${reason}.`);
  }
  if (device !== "webgpu" && info.threads !== threads) {
    await backend.dispose();
    throw new Error(`Asked for ${threads} threads, but the backend runs ${info.threads}.`);
  }
  const name = info.name === "webgpu" ? `webgpu (${info.adapter})` : info.name;
  const about = {
    kind: "about",
    engine: "tilewright",
    device: name,
    threads: info.threads,
  } as const;
  return { backend, about };
}
