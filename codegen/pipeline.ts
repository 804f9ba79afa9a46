/**
 * The compiler's story, from top to bottom.
 *
 * A declaration becomes programs, each a tensor graph (what is computed). Each graph is differentiated,
 * rewritten, fused into groups, lowered to kernels (how it is computed), scheduled and ordered; the
 * memory of all programs of a declaration is planned together. The result is a module that a target
 * prints. Every form has a printer and a verifier, and each pass is named: `--dump=<pass>` shows it.
 *
 * @module
 */
import { showShape } from "../dsl/dim.ts";
import { outputOf } from "../dsl/layer_declaration.ts";
import type { Node } from "../dsl/ops.ts";
import { apart, tracedFrom } from "../dsl/provenance.ts";
import type { Graph } from "./graph/graph.ts";
import { printGraph } from "./graph/print.ts";
import { verifyGraph } from "./graph/verify.ts";
import type { CompiledModule, Program } from "./kernel/kernel.ts";
import { printKernel } from "./kernel/print.ts";
import { verifyKernel } from "./kernel/verify.ts";
import { verifyModule } from "./kernel/verify_program.ts";
import { layOut } from "./layout/lay_out.ts";
import { type Lowered, lowerGraph } from "./lower/lower_graph.ts";
import { type Dump, type Pass, runPass, SILENT } from "./passes.ts";
import { planModule } from "./plan/plan_module.ts";
import { checkBackward, type Proof } from "./programs/check_backward.ts";
import { ModuleNames } from "./programs/names.ts";
import { layerPrograms } from "./programs/layer_programs.ts";
import { callDimsOf, type Declaration, modelPrograms } from "./programs/programs.ts";
import { separateResults } from "./programs/separate.ts";
import { type Firing, rewrite, type Rewritten } from "./rewrite/engine.ts";
import type { Rule } from "./rewrite/rule.ts";
import { RULES } from "./rewrite/rules/mod.ts";
import { halfStorage } from "./storage/half_storage.ts";

/** A program on its way through the compiler. */
export interface Stages {
  readonly source: Graph;
  readonly rewritten: Graph;
  readonly firings: readonly Firing[];
  readonly program: Program;
}

/** A compiled declaration with everything a reader may want to see of how it came about. */
export interface Compilation {
  readonly declaration: Declaration;
  readonly module: CompiledModule;
  readonly stages: readonly Stages[];
  /** How hand-written gradients were found equal to the derived ones. */
  readonly proofs: readonly Proof[];
}

/**
 * Compiles a declaration.
 *
 * @param rules what rewriting may use; fewer than all give the same values at a higher price.
 * @throws {DeclarationError} if a hand-written gradient is wrong, or a name cannot be used.
 */
export function compile(
  declaration: Declaration,
  dump: Dump = SILENT,
  rules: readonly Rule[] = RULES,
): Compilation {
  return tracedFrom(declaration.provenances, () => compileTraced(declaration, dump, rules));
}

function compileTraced(
  declaration: Declaration,
  dump: Dump,
  rules: readonly Rule[],
): Compilation {
  const { graphs, proofs } = differentiate(declaration);
  const pass = rewritePass(rules);
  for (const graph of graphs) verifyGraph(graph);
  const ahead = graphs.map((graph) => {
    // Programs share values; what became of one in another program tells nothing of it in this one.
    const alone = apart();
    const rewritten = alone(() => runPass(pass, graph, subject(graph), dump));
    const separate = alone(() => runPass(SEPARATE, rewritten.graph, subject(graph), dump));
    return { rewritten, separate, alone };
  });
  const separate = ahead.map((each) => each.separate);
  const names = new ModuleNames(declaration, separate);
  const lowered = ahead.map(({ rewritten, separate: graph, alone }) => {
    const lower = lowerPass(names, rewritten.graph.names, declaration);
    return alone(() => runPass(lower, graph, subject(graph), dump));
  });
  const planned = runPass(planPass(declaration, separate), lowered, declaration.name, dump);
  const laidOut = runPass(layOutPass(declaration), planned, declaration.name, dump);
  const module = declaration.kind === "model" && declaration.half
    ? runPass(HALF_STORAGE, laidOut, declaration.name, dump)
    : laidOut;
  return {
    declaration,
    module,
    proofs,
    stages: graphs.map((source, i) => ({
      source,
      rewritten: ahead[i]?.separate ?? source,
      firings: ahead[i]?.rewritten.firings ?? [],
      program: module.programs[i] ?? { ...EMPTY, name: source.name },
    })),
  };
}

const EMPTY: Omit<Program, "name"> = {
  kernels: [],
  uniforms: [],
  scalars: [],
  inputs: [],
  outputs: [],
  updates: [],
};

const subject = (graph: Graph): string => `${graph.layer}.${graph.name}`;

/** Pass 1, differentiation: the programs of a declaration, with gradients; hand-written ones are proved. */
function differentiate(declaration: Declaration): {
  readonly graphs: readonly Graph[];
  readonly proofs: readonly Proof[];
} {
  const written = declaration.kind === "layer"
    ? [outputOf(declaration)]
    : [declaration.loss, ...declaration.outputs.values(), ...declaration.updates.values()];
  return {
    proofs: apart()(() => checkBackward(written)),
    graphs: declaration.kind === "layer" ? layerPrograms(declaration) : modelPrograms(declaration),
  };
}

/** Pass 2, rewriting: named rules until none fits. */
function rewritePass(rules: readonly Rule[]): Pass<Graph, Rewritten> {
  return {
    name: "rewrite",
    level: 2,
    run: (graph) => rewrite(graph, rules),
    verify: ({ graph }) => void verifyGraph(graph),
    print: ({ graph, firings }) =>
      [printGraph(graph), ...firings.map((firing) => `  rule ${firing.rule.name}`)].join("\n"),
  };
}

/** Pass 3: every result is a value of its own, so that each can have its own memory. */
const SEPARATE: Pass<Graph, Graph> = {
  name: "separate-results",
  level: 5,
  run: separateResults,
  verify: (graph) => void verifyGraph(graph),
  print: printGraph,
};

/** Passes 4 to 7: fusion into groups, lowering to kernels with their schedules, and order. */
function lowerPass(
  names: ModuleNames,
  locals: ReadonlyMap<Node, string>,
  declaration: Declaration,
): Pass<Graph, Lowered> {
  return {
    name: "lower",
    level: 4,
    run: (graph) =>
      lowerGraph(graph, {
        names,
        locals,
        callDims: callDimsOf(declaration),
        typical: declaration.typical,
      }),
    verify: ({ program }) => program.kernels.forEach((kernel) => verifyKernel(kernel)),
    print: ({ program }) => program.kernels.map(printKernel).join("\n"),
  };
}

/** Pass 8, the memory plan: a slot for every tensor of every program. */
function planPass(
  declaration: Declaration,
  graphs: readonly Graph[],
): Pass<readonly Lowered[], CompiledModule> {
  return {
    name: "plan",
    level: 5,
    run: (lowered) => planModule(declaration, graphs, lowered),
    verify: verifyModule,
    print: (module) =>
      module.slots.map((tensors, i) => `slot ${i}: ${tensors.join(", ")}`).join("\n"),
  };
}

/** Pass 9, the layout: in which order the axes of temporaries lie in memory, and loops to match. */
function layOutPass({ typical }: Declaration): Pass<CompiledModule, CompiledModule> {
  return {
    name: "lay-out",
    level: 4,
    run: (module) => layOut(module, typical),
    verify: verifyModule,
    print: ({ programs }) => programs.flatMap(({ kernels }) => kernels.map(printKernel)).join("\n"),
  };
}

/** Pass 10, for models that ask for it: which temporaries lie in memory in 16 bits. */
const HALF_STORAGE: Pass<CompiledModule, CompiledModule> = {
  name: "half-storage",
  level: 4,
  run: halfStorage,
  verify: verifyModule,
  print: ({ tensors }) =>
    tensors.filter(({ dtype }) => dtype === "f16").map(({ name, shape }) =>
      `${name} ${showShape(shape)} as f16`
    ).join("\n"),
};
