/**
 * Files that are written whole or not at all. For Node and Deno; a page has no files.
 *
 * @module
 */
import { type FileHandle, mkdir, open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { messageOf } from "../wording.ts";

/** How many files this process has begun to write. */
let begun = 0;

/**
 * Writes a file so that a reader sees all of it or what was there before, also after a power cut: to a temporary
 * file beside it, which is flushed and then renamed.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { mkdtemp, readFile, rm } from "node:fs/promises";
 * import { tmpdir } from "node:os";
 * import { join } from "node:path";
 * const folder = await mkdtemp(join(tmpdir(), "weights-"));
 * await writeAtomically(join(folder, "weights.bin"), Uint8Array.of(1, 2, 3));
 * assert.deepEqual([...await readFile(join(folder, "weights.bin"))], [1, 2, 3]);
 * await rm(folder, { recursive: true });
 * ```
 *
 * @throws {Error} if it cannot be written, with the path, the reason and what to do; the file that was there
 * before is as it was, and no temporary one is left
 */
export async function writeAtomically(path: string, data: Uint8Array | string): Promise<void> {
  let target = path;
  let temporary: string | undefined;
  try {
    target = await targetOf(path);
    const file = await openBeside(target);
    temporary = file.path;
    await writeFlushed(file.handle, data);
    await rename(temporary, target);
  } catch (cause) {
    if (temporary !== undefined) await rm(temporary, { force: true }).catch(() => {}); // The first error tells.
    throw new Error(`Cannot write ${path}: ${adviceOf(cause, path)}`, { cause });
  }
  await flushFolder(dirname(target));
}

/**
 * Makes a folder, and those that it is in, where there are none.
 *
 * @throws {Error} if it cannot be made, with the path, the reason and what to do
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw new Error(`Cannot make folder ${path}: ${adviceOf(cause, path)}`, { cause });
  }
}

/** The file that a path leads to, through links; the path itself where nothing is there yet. */
async function targetOf(path: string): Promise<string> {
  try {
    const target = await realpath(path);
    const found = await stat(target);
    if (!found.isFile() && !found.isDirectory()) throw new Error(NO_FILE);
    return target;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return path;
    throw error;
  }
}

const NO_FILE = "it is no ordinary file; give the name of one";

/** A new file beside another one, under a name that nothing else has. */
async function openBeside(path: string): Promise<{ path: string; handle: FileHandle }> {
  for (;;) {
    const name = `.${basename(path)}.${process.pid}.${begun++}.tmp`;
    const temporary = join(dirname(path), name);
    try {
      return { path: temporary, handle: await open(temporary, "wx") };
    } catch (error) {
      // Left there by a process that had this number before.
      if (codeOf(error) !== "EEXIST") throw error;
    }
  }
}

/** True for the name of a file that {@linkcode writeAtomically} had begun to write, for that of a file beside it. */
export function isTemporaryOf(file: string, name: string): boolean {
  return name.startsWith(`.${file}.`) && name.endsWith(".tmp");
}

async function writeFlushed(handle: FileHandle, data: Uint8Array | string): Promise<void> {
  try {
    await handle.writeFile(data);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a renaming last. Some platforms cannot open a folder; there the file alone is flushed. */
async function flushFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    await handle.sync().finally(() => handle.close());
  } catch {
    // The file is there and whole.
  }
}

/** What to do about the errors that a user can do something about. */
const ADVICE: Readonly<Record<string, (path: string) => string>> = {
  ENOENT: (path) => `there is no folder ${dirname(path)}; create it first.`,
  ENOTDIR: (path) => `${dirname(path)} is no folder; choose another one.`,
  EISDIR: () => "it is a folder; give the name of a file.",
  EEXIST: () => "it is no folder; choose another name.",
  EACCES: (path) => `writing to ${dirname(path)} is not allowed; choose another folder.`,
  EPERM: (path) => `writing to ${dirname(path)} is not allowed; choose another folder.`,
  EROFS: (path) => `${dirname(path)} can only be read; choose another folder.`,
  ENOSPC: () => "the disk is full; free some space.",
  EDQUOT: () => "the quota of the disk is used up; free some space.",
  ENAMETOOLONG: () => "its name is too long; choose a shorter one.",
};

function adviceOf(error: unknown, path: string): string {
  const code = codeOf(error);
  const known = ADVICE[code];
  if (known !== undefined) return known(path);
  // What has no code is Deno's, about permissions, and says what to do.
  return code === "" ? `${messageOf(error)}.` : `${messageOf(error)}; choose another path.`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
