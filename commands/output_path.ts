/** Finds out before work begins whether its result can be written afterwards. @module */
import { dirname } from "node:path";
import { UsageError } from "./command_line.ts";

/**
 * Refuses a file that could not be written.
 *
 * @param what the file in words, for messages: "the report"
 * @throws {UsageError} if its folder does not exist, if the path is a folder, or if the command may not write there
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
  await requirePermission(what, path);
}

/**
 * Refuses a folder that could not be written into. It need not exist yet.
 *
 * @param what the folder in words, for messages: "the kernels"
 * @throws {UsageError} if the path is a file, or if the command may not write there
 */
export async function requireOutputFolder(what: string, path: string): Promise<void> {
  if (await kindOf(path) === "other") {
    throw new UsageError(`Cannot write ${what} to ${path}: it is no folder.`);
  }
  await requirePermission(what, path);
}

/** Deno's permissions, as the task gives them. */
async function requirePermission(what: string, path: string): Promise<void> {
  const { state } = await Deno.permissions.query({ name: "write", path });
  if (state === "granted") return;
  throw new UsageError(`Cannot write ${what} to ${path}: this task is not allowed to write there.`);
}

async function isFolder(path: string): Promise<boolean> {
  return await kindOf(path) === "folder";
}

async function kindOf(path: string): Promise<"folder" | "other" | "nothing"> {
  try {
    return (await Deno.stat(path)).isDirectory ? "folder" : "other";
  } catch (error) {
    const { NotFound, NotADirectory } = Deno.errors;
    if (error instanceof NotFound || error instanceof NotADirectory) return "nothing";
    throw error;
  }
}
