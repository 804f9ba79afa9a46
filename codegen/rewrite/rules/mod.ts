/** All rewrite rules, in the order in which they are tried. @module */
import type { Rule } from "../rule.ts";
import { CONTRACTION_RULES } from "./contraction.ts";
import { IDENTITY_RULES } from "./identity.ts";
import { MOVEMENT_RULES } from "./movement.ts";
import { STRETCH_RULES } from "./stretch.ts";

/** Every rule. */
export const RULES: readonly Rule[] = [
  ...IDENTITY_RULES,
  ...MOVEMENT_RULES,
  ...CONTRACTION_RULES,
  ...STRETCH_RULES,
];
