/** What a page is asked for with, as it goes from the server to the process that makes the page. @module */

/** Which page to make, and how. */
export interface PageRequest {
  /** A declaration's name; the list of all if absent. */
  readonly name?: string;
  /** Path of the module of the declarations; the library's and the examples' own if absent. */
  readonly spec?: string;
  readonly allRules: boolean;
  readonly program?: string;
  readonly kernel?: string;
  /** The page's script, as one text. */
  readonly script: string;
}

/** What became of a request: a page, or a sentence about why there is none. */
export type PageAnswer =
  | { readonly kind: "page"; readonly html: string }
  | { readonly kind: "unknown" | "failed"; readonly message: string };
