/** Statements about types, checked by the compiler. @module */

/** True when two types are the same, not only assignable to each other. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2)
  ? true
  : false;

/** Does not type-check unless its argument is true. */
export type Expect<T extends true> = T;
