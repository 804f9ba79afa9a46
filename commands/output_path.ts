/** Finds out before work begins whether its result can be written afterwards. @module */
import { dirname } from "node:path";
import { UsageError } from "./command_line.ts";

/**
 * Refuses a file that could not be written.
 *
 * @param what the file in words, for messages: "the report"
 * @throws {UsageError} if its folder does not exist, if the path is a folder or another thing than a file, or if the
 * command may not write there
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * await assert.rejects(
 *   requireOutputPath("the plot", "no such folder/plot.svg"),
 *   /^UsageError: Cannot write the plot no such folder\/plot\.svg: there is no folder no such folder\.$/,
 * );
 * ```
 */
export async function requireOutputPath(what: string, path: string): Promise<void> {
  const folder = dirname(path);
  if (!await isFolder(folder)) {
    throw new UsageError(`Cannot write ${what} ${path}: there is no folder ${folder}.`);
  }
  if (path.endsWith("/") || await isFolder(path)) {
    throw new UsageError(`Cannot write ${what} ${path}: it is a folder.`);
  }
  if (await kindOf(path) === "device") {
    throw new UsageError(`Cannot write ${what} ${path}: it is no ordinary file.`);
  }
  await requirePermission(what, path, folder);
}

/**
 * Refuses a folder that could not be written into. It need not exist yet.
 *
 * @param what the folder in words, for messages: "the kernels"
 * @throws {UsageError} if the path is a file or inside of one, or if the command may not write there
 */
export async function requireOutputFolder(what: string, path: string): Promise<void> {
  let existing = path;
  let kind = await kindOf(existing);
  while (kind === "nothing" && dirname(existing) !== existing) {
    existing = dirname(existing);
    kind = await kindOf(existing);
  }
  if (kind !== "folder") {
    const which = existing === path ? "it" : existing;
    throw new UsageError(`Cannot write ${what} to ${path}: ${which} is no folder.`);
  }
  await requirePermission(what, path, existing);
}

/** Deno's permissions, as the task gives them, and the system's for a folder that exists. */
async function requirePermission(what: string, path: string, folder: string): Promise<void> {
  const { state } = await Deno.permissions.query({ name: "write", path });
  if (state !== "granted") {
    throw new UsageError(
      `Cannot write ${what} to ${path}: this task is not allowed to write there.`,
    );
  }
  if (await isReadOnly(folder)) {
    throw new UsageError(`Cannot write ${what} to ${path}: the folder ${folder} is read-only.`);
  }
}

/** True if the system refuses a new file in a folder; nothing else tells for all file systems and users. */
async function isReadOnly(folder: string): Promise<boolean> {
  try {
    await Deno.remove(await Deno.makeTempFile({ dir: folder, prefix: ".tilewright-" }));
    return false;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    return ["EACCES", "EPERM", "EROFS"].includes(`${code}`);
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await kindOf(path) === "folder";
}

async function kindOf(path: string): Promise<"folder" | "file" | "device" | "nothing"> {
  try {
    const { isDirectory, isFile } = await Deno.stat(path);
    if (isDirectory) return "folder";
    return isFile ? "file" : "device";
  } catch (error) {
    const { NotFound, NotADirectory } = Deno.errors;
    if (error instanceof NotFound || error instanceof NotADirectory) return "nothing";
    throw error;
  }
}
