/** What a module's threads say to one another when they start; after that they share memory. @module */
import type { Link } from "./link.ts";

/** What a new thread is told: the module to work on. */
export interface Task {
  readonly link: Link;
  /** Its number, from 1. */
  readonly thread: number;
  /** How often it looks before it sleeps at a barrier. */
  readonly patience: number;
}

/** What a thread says: that it is there, that it has linked the module, or why it could not. */
export type Answer =
  | { readonly kind: "here" }
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly why: string };
