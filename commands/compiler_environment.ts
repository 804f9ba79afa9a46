/** What a command reads that may run machine code. @module */

/** What the help of such a command says of it. */
export const COMPILER_ENVIRONMENT = {
  CC: "C compilers to try for --backend native (default: cc, gcc, clang)",
  CFLAGS: "further flags for the compiler (default: none)",
  XDG_CACHE_HOME: "where machine code is kept (default: .cache in HOME)",
  HOME: "where that is",
} as const;
