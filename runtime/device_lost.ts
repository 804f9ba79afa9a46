/** The error of a device that is gone. @module */

/** A device was lost with all it held: unplugged, reset by its driver, or taken away by the system. */
export class DeviceLostError extends Error {
  /** What kind of error this is. */
  override readonly name = "DeviceLostError";
}
