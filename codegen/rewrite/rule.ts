/** Rewrite rules as data. @module */
import type { Node } from "../../dsl/ops.ts";

/** An identity, read from left to right. */
export interface Rule {
  readonly name: string;
  /** The identity as mathematics. */
  readonly identity: string;
  /** Why applying it again and again must end: what gets smaller. */
  readonly terminates: string;
  /** The right side for a node that matches the left side, else `undefined`. */
  readonly apply: (node: Node) => Node | undefined;
}
