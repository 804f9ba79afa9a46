/**
 * The error of files that cannot be read as arrays.
 *
 * @module
 */

/**
 * A file of arrays that cannot be used. The message is a sentence that begins with the file's name and tells
 * what is wrong where, e.g. `weights.safetensors is damaged: tensor "l1.W" ends at byte 120, but the file has
 * 100 bytes.`
 */
export class FormatError extends Error {
  /** What kind of error this is. */
  override readonly name = "FormatError";
}
