/** Paths as people read them. @module */
import { pathToFileURL } from "node:url";

/** A file's path from the current folder, where it lies in it. */
export function shortPath(url: string): string {
  return url.startsWith("file:")
    ? decodeURIComponent(
      url.replace(`${pathToFileURL(Deno.cwd()).href}/`, "").replace("file://", ""),
    )
    : url;
}
