/** Pictures without colours, wherever they are from. @module */

/** A picture without colours, row by row from the top. */
export interface GreyPicture {
  /** Pixels of a row. */
  readonly width: number;
  /** Number of rows. */
  readonly height: number;
  /** How light each pixel is: 0 is black and 1 is white. */
  readonly light: Float32Array;
  /** How opaque each pixel is: 0 is invisible; absent where all are 1. */
  readonly opacity?: Float32Array;
}

/** A picture that cannot be used. The message is a sentence that begins with the file's name. */
export class PictureError extends Error {
  override readonly name = "PictureError";
}
