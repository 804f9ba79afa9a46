/**
 * What a target is: a folder that turns compiled modules into files and into the parts of a binding
 * that describe them. Nothing outside the folder knows what those files contain.
 *
 * @module
 */
import type { Provenance } from "../../dsl/provenance.ts";
import type { CompiledModule, Kernel, Program } from "../kernel/kernel.ts";
import type { Declaration } from "../programs/programs.ts";

/** A file to write, relative to the module's folder. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: string | Uint8Array<ArrayBuffer>;
  /** Where in the declaration's source each line comes from, if the target tells. */
  readonly provenances?: readonly (Provenance | undefined)[];
}

/** A kernel of a module. */
export interface KernelPlace {
  readonly program: Program;
  readonly kernel: Kernel;
  /** Position of the kernel in its program. */
  readonly at: number;
}

/** An import that a binding needs. */
export interface BindingImport {
  /** A default import's name, or named imports. */
  readonly name: string | readonly string[];
  readonly from: string;
  readonly attribute?: string;
}

/** What a target has made of a module: files, and TypeScript for the binding's literal. */
export interface Emitted {
  readonly files: readonly GeneratedFile[];
  readonly imports: readonly BindingImport[];
  /** Properties of the module's literal: name and TypeScript. */
  readonly moduleProperties: Readonly<Record<string, string>>;
  /** What was decided, as a section of the module's plan: lines of Markdown. */
  readonly notes: readonly string[];
  /** Properties of a kernel's literal. */
  readonly kernelProperties: (place: KernelPlace) => Readonly<Record<string, string>>;
}

/** Facts that headers of generated files state about a program. */
export interface Origin {
  /** The declaration's own formula. */
  readonly doc: string;
  /** Names of the rewrite rules that fired, by program. */
  readonly rules: ReadonlyMap<string, readonly string[]>;
}

/** What a module was compiled from. */
export interface Source extends Origin {
  readonly declaration: Declaration;
}

/** A language that modules are printed in. */
export interface Target {
  readonly name: string;
  readonly emit: (module: CompiledModule, source: Source) => Promise<Emitted>;
}

/** Where a path of the runtime is, seen from a module's folder; bindings import from there. */
export const RUNTIME = "@runtime";
