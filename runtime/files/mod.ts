/**
 * What the runtime keeps in files: checkpoints, captured kernels. For Deno and Node; a page has none.
 *
 * @module
 */
export * from "./atomic_file.ts";
export * from "./capture_folder.ts";
export * from "./checkpoint_folder.ts";
