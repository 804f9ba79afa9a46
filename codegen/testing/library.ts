/** The declarations that a module exports. @module */
import type { LayerDeclaration } from "../../dsl/declare.ts";

/** The layers that a module exports. */
export function layersIn(module: Readonly<Record<string, unknown>>): readonly LayerDeclaration[] {
  return Object.values(module).filter((value): value is LayerDeclaration =>
    typeof value === "function" && "kind" in value && value.kind === "layer"
  );
}
