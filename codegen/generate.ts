/** From declarations to files: compile, print with every target, bind, document. @module */
import { declarationHash } from "./programs/declaration_hash.ts";
import type { Declaration } from "./programs/programs.ts";
import { derivationDocument, tellingRules } from "./documents/derivation.ts";
import { planDocument } from "./documents/plan.ts";
import type { Dump } from "./passes.ts";
import { type Compilation, compile } from "./pipeline.ts";
import type { Rule } from "./rewrite/rule.ts";
import { TARGETS } from "./targets/mod.ts";
import type { GeneratedFile, Source } from "./targets/target.ts";
import { bindingFile } from "./typescript/module_binding.ts";

/** What generation needs besides the declarations. */
export interface GenerateOptions {
  /** The runtime as an import specifier, seen from a module's folder. */
  readonly runtime: string;
  readonly dump?: Dump;
  /** What rewriting may use; all rules if absent. */
  readonly rules?: readonly Rule[];
}

/** All files of one declaration, with paths relative to the output folder. */
export async function generateModule(
  declaration: Declaration,
  { runtime, dump, rules }: GenerateOptions,
): Promise<readonly GeneratedFile[]> {
  const compilation = compile(declaration, dump, rules);
  const { module } = compilation;
  const emitted = await Promise.all(
    TARGETS.map((target) => target.emit(module, sourceOf(compilation))),
  );
  const files: GeneratedFile[] = [
    ...emitted.flatMap((each) => each.files),
    bindingFile({
      module,
      doc: declaration.doc,
      hash: declarationHash(declaration),
      emitted,
      runtime,
    }),
    { path: "derivation.md", content: derivationDocument(compilation) },
    { path: "plan.md", content: planDocument(compilation, emitted) },
  ];
  return files.map((file) => ({ ...file, path: `${declaration.name}/${file.path}` }));
}

function sourceOf({ declaration, stages }: Compilation): Source {
  return {
    declaration,
    doc: declaration.doc,
    rules: new Map(stages.map((each) => [each.program.name, tellingRules(each)])),
  };
}
