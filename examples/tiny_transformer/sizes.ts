/** What the model and its text agree on. @module */

/** Characters that the text is made of: small letters, the blank and the full stop. */
export const ALPHABET = "abcdefghijklmnopqrstuvwxyz .";

/** Their number. */
export const CHARACTERS = ALPHABET.length;

/** Characters that the model sees at once. */
export const PLACES = 48;
