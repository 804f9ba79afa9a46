/** Facts about no module in particular, for tests of targets that do not tell them. @module */
import { relu } from "../../dsl/layers/mod.ts";
import type { Source } from "../targets/target.ts";

/** They belong to a small layer. */
export const SOURCE: Source = { declaration: relu, doc: "", rules: new Map() };
