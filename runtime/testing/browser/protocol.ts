/** What a test and the page that it drives say to each other: JSON, with arrays as base64. @module */
import type { Dims } from "../../spec.ts";
import type { WebgpuLoadOptions } from "../../webgpu/backend.ts";

/** Something to do with a module in the page; `id` is its number there. */
export type Command =
  | {
    readonly kind: "load";
    readonly id: number;
    /** The name of a module that the page was made with. */
    readonly module: string;
    readonly dims: Dims<string>;
    readonly options: WebgpuLoadOptions;
    /** Texts to run in place of the module's own, by file. */
    readonly texts: Readonly<Record<string, string>>;
  }
  | {
    readonly kind: "write";
    readonly id: number;
    readonly tensor: string;
    readonly bytes: string;
    readonly at?: number;
  }
  | {
    readonly kind: "run";
    readonly id: number;
    readonly program: string;
    readonly values: Dims<string>;
  }
  | {
    readonly kind: "read";
    readonly id: number;
    readonly tensor: string;
    readonly dims: Dims<string>;
  }
  | { readonly kind: "dispose"; readonly id: number };

/** How far the page came: what was read, in order, or the message of the first error. */
export type Answer =
  | { readonly kind: "done"; readonly read: readonly string[] }
  | { readonly kind: "failed"; readonly message: string };

/** A WGSL text to compile. */
export interface Text {
  readonly file: string;
  readonly source: string;
  /** A number for each `override`. */
  readonly constants: Readonly<Record<string, number>>;
  /** True to make a pipeline of it too, which a program on the CPU takes long for. */
  readonly pipeline: boolean;
}

/** All that the browser has to say of a text, warnings included; nothing if it is a good one. */
export interface Remarks {
  readonly file: string;
  readonly messages: readonly string[];
}

/** What the page's GPU is. */
export interface PageInfo {
  readonly adapter: string;
  readonly software: boolean;
  readonly features: readonly string[];
}

/** What the page can do. */
export interface PageApi {
  open(): Promise<PageInfo>;
  /** Compiles texts; answers with those that the browser remarked on. */
  compile(texts: readonly Text[]): Promise<readonly Remarks[]>;
  /** Does one thing after another, up to the first error. */
  perform(commands: readonly Command[]): Promise<Answer>;
}

/** The name of the page's only global, a {@linkcode PageApi}. */
export const GLOBAL = "tilewright";

/** The bytes of an array, as text. */
export function toText({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  // Whoever makes arrays here makes no shared ones.
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength).toBase64();
}

/** The bytes that a text stands for. */
export function toBytes(text: string): ArrayBuffer {
  return Uint8Array.fromBase64(text).buffer;
}
