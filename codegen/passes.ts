/** Runs passes: names, dumps and verifies each. @module */

/** What the user wants to see of the compiler's work. */
export interface Dump {
  /**
   * 0 nothing; 1 names of declarations; 2 graphs after rewriting; 3 also before, and each rule that
   * fired; 4 kernels; 5 everything, also the memory plan.
   */
  readonly level: number;
  /** Names of passes whose result is printed whatever the level. */
  readonly passes: ReadonlySet<string>;
  readonly print: (text: string) => void;
}

/** Prints nothing. */
export const SILENT: Dump = { level: 0, passes: new Set(), print: () => {} };

/** A step of the compiler: a function between forms, with its name and how its result looks as text. */
export interface Pass<In, Out> {
  readonly name: string;
  /** The level from which {@linkcode Dump} prints the result. */
  readonly level: number;
  readonly run: (input: In) => Out;
  /** Throws if the result is not well formed. */
  readonly verify: (output: Out) => void;
  readonly print: (output: Out) => string;
}

/** Runs a pass on the form before it, verifies the form after it, and prints that if asked to. */
export function runPass<In, Out>(pass: Pass<In, Out>, input: In, subject: string, dump: Dump): Out {
  const output = pass.run(input);
  pass.verify(output);
  if (dump.level >= pass.level || dump.passes.has(pass.name)) {
    dump.print(`── ${subject}: after ${pass.name}\n${pass.print(output)}\n`);
  }
  return output;
}
