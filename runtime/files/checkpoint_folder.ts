/**
 * Checkpoints in folders: the last one of a training run, whole at every moment.
 *
 * @module
 */
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { FormatError } from "../formats/format_error.ts";
import type { Checkpoint } from "../train/checkpoint.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../train/checkpoint_file.ts";
import { isTemporaryOf, makeFolder, writeAtomically } from "./atomic_file.ts";

/** The name of a checkpoint in its folder. */
export const CHECKPOINT_FILE = "checkpoint.safetensors";

/**
 * Saves a checkpoint in a folder in the place of the last one; the folder is made where there is none. A process
 * that dies while it saves leaves the last one, and what it had written so far, which the next save takes away: one
 * folder is for one training.
 *
 * @throws {Error} if it cannot be written, with what to do
 */
export async function saveCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  await makeFolder(folder);
  await writeAtomically(join(folder, CHECKPOINT_FILE), encodeCheckpoint(checkpoint));
  const left = (await readdir(folder)).filter((name) => isTemporaryOf(CHECKPOINT_FILE, name));
  await Promise.all(left.map((name) => rm(join(folder, name), { force: true })));
}

/**
 * Loads a checkpoint.
 *
 * @param path a checkpoint's file, or its folder
 * @throws {FormatError} if there is none, or if it is damaged
 */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  const file = await checkpointAt(path);
  return decodeCheckpoint(await readFile(file), file);
}

/**
 * The file that a path of a checkpoint means: itself, or the checkpoint in the folder that it is.
 *
 * @throws {FormatError} if there is no such file
 */
export async function checkpointAt(path: string): Promise<string> {
  const found = await kindOf(path);
  if (found === "file") return path;
  const inside = join(path, CHECKPOINT_FILE);
  if (found === "folder" && await kindOf(inside) === "file") return inside;
  throw new FormatError(
    found === "folder"
      ? `${path} holds no checkpoint: there is no ${CHECKPOINT_FILE} in it; give another folder or a file.`
      : `${path} does not exist; give a checkpoint or its folder.`,
  );
}

async function kindOf(path: string): Promise<"file" | "folder" | undefined> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
