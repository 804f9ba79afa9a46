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
import { type Extent, factors } from "../dsl/dim.ts";
import { make } from "../dsl/intern.ts";
import type { Node } from "../dsl/ops.ts";
import { fuse, type Fusion } from "./fusion/fuse.ts";
import type { Group } from "./fusion/group.ts";
import { type Graph, isHostScalar, nodesOf, type Result } from "./graph/graph.ts";
import { printGraph } from "./graph/print.ts";
import { verifyGraph } from "./graph/verify.ts";
import { formulaOf } from "./kernel/formula.ts";
import type {
  CompiledModule,
  Initial,
  Kernel,
  PlannedTensor,
  Program,
  Uniform,
} from "./kernel/kernel.ts";
import { printKernel } from "./kernel/print.ts";
import { verifyKernel } from "./kernel/verify.ts";
import { verifyModule } from "./kernel/verify_program.ts";
import { kernelOfGroup } from "./lower/kernel_of_group.ts";
import { type Dump, type Pass, runPass, SILENT } from "./passes.ts";
import { planMemory } from "./plan/memory.ts";
import { orderKernels } from "./plan/order.ts";
import { checkBackward, type Proof } from "./programs/check_backward.ts";
import { hostExpression, scalarsOf } from "./programs/host.ts";
import { ModuleNames, nameValues, valueName } from "./programs/names.ts";
import {
  callDimsOf,
  type Declaration,
  layerGradients,
  layerPrograms,
  leafName,
  modelPrograms,
} from "./programs/programs.ts";
import { type Firing, rewrite, type Rewritten } from "./rewrite/engine.ts";
import { RULES } from "./rewrite/rules/mod.ts";
import { chooseSchedule, COMMON_LIMITS } from "./schedule/schedule.ts";

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
 * @throws {DeclarationError} if a hand-written gradient is wrong, or a name cannot be used.
 */
export function compile(declaration: Declaration, dump: Dump = SILENT): Compilation {
  const { graphs, proofs } = differentiate(declaration);
  for (const graph of graphs) verifyGraph(graph);
  const rewritten = graphs.map((graph) => runPass(REWRITE, graph, subject(graph), dump));
  const separate = rewritten.map(({ graph }) => runPass(SEPARATE, graph, subject(graph), dump));
  const names = new ModuleNames(declaration, separate);
  const lowered = separate.map((graph, i) => {
    const locals = rewritten[i]?.graph.names ?? graph.names;
    return runPass(lowerPass(names, locals, declaration), graph, subject(graph), dump);
  });
  const module = runPass(planPass(declaration, separate), lowered, declaration.name, dump);
  return {
    declaration,
    module,
    proofs,
    stages: graphs.map((source, i) => ({
      source,
      rewritten: separate[i] ?? source,
      firings: rewritten[i]?.firings ?? [],
      program: lowered[i]?.program ?? { ...EMPTY, name: source.name },
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
  if (declaration.kind === "model") return { graphs: modelPrograms(declaration), proofs: [] };
  const proofs = layerGradients(declaration).flatMap((gradient) =>
    checkBackward(declaration, gradient) ?? []
  );
  return {
    // A gradient that only its values prove keeps the form its author gave it.
    graphs: layerPrograms(declaration, ({ leaf, derived, written }) => {
      const proof = proofs.find((each) => each.gradient === `g${leafName(leaf)}`);
      return proof?.by === "value" && written !== undefined ? written : derived;
    }),
    proofs,
  };
}

/** Pass 2, rewriting: named rules until none fits. */
const REWRITE: Pass<Graph, Rewritten> = {
  name: "rewrite",
  level: 2,
  run: (graph) => rewrite(graph, RULES),
  verify: ({ graph }) => void verifyGraph(graph),
  print: ({ graph, firings }) =>
    [printGraph(graph), ...firings.map((firing) => `  rule ${firing.rule.name}`)].join("\n"),
};

/** Pass 3: every result is a value of its own, so that each can have its own memory. */
const SEPARATE: Pass<Graph, Graph> = {
  name: "separate-results",
  level: 5,
  run: (graph) => {
    const seen = new Set<Node>();
    const results = graph.results.map((result): Result => {
      const copy = result.node.op === "input" || seen.has(result.node) || isHostScalar(result.node);
      seen.add(result.node);
      return copy
        ? { ...result, node: make("cast", { dtype: result.node.dtype }, [result.node]) }
        : result;
    });
    const separated = { ...graph, results };
    return { ...separated, names: nameValues(separated, nodesOf(separated)) };
  },
  verify: (graph) => void verifyGraph(graph),
  print: printGraph,
};

/** A program and the tensors it uses, before memory is planned. */
interface Lowered {
  readonly program: Program;
  readonly tensors: ReadonlyMap<string, Node>;
}

/** Passes 4 to 7: fusion into groups, lowering to kernels with their schedules, and order. */
function lowerPass(
  names: ModuleNames,
  locals: ReadonlyMap<Node, string>,
  declaration: Declaration,
): Pass<Graph, Lowered> {
  return {
    name: "lower",
    level: 4,
    run: (graph) => lowerGraph(graph, names, locals, callDimsOf(declaration)),
    verify: ({ program }) => program.kernels.forEach((kernel) => verifyKernel(kernel)),
    print: ({ program }) => program.kernels.map(printKernel).join("\n"),
  };
}

function lowerGraph(
  graph: Graph,
  names: ModuleNames,
  locals: ReadonlyMap<Node, string>,
  callDims: readonly string[],
): Lowered {
  const leaves = nodesOf(graph).filter((node) => node.op === "input");
  const taken = new Set([
    ...leaves.map(leafName),
    ...graph.results.map((result) => result.name),
    ...nodesOf(graph).flatMap((node) => node.shape.flatMap((extent) => factors(extent).symbols)),
  ]);
  const fusion = fuse(graph, {
    tensor: (node) => names.tensor(node, graph),
    uniform: (node) => names.uniform(node, graph),
    local: (node) => locals.get(node),
    taken,
  });
  const memory = (name: string): string => name.endsWith("'") ? name.slice(0, -1) : name;
  const tensors = new Map([...fusion.tensors].map(([node, name]) => [memory(name), node]));
  const used = new Set<string>();
  const ordered = fusion.groups.filter((group) => group.stored.length > 0).map((group) => {
    const writes = new Set(group.stored.map((stored) => fusion.tensors.get(stored.node) ?? ""));
    const kernel = kernelOfGroup(group, kernelName(graph, [...writes], used), {
      layer: graph.layer,
      memory,
      tensors: fusion.tensors,
      describe: (name) => describeTensor(tensors.get(name), name),
      nameOf: (node) => nextValueName(node, graph) ?? valueName(node, graph.names),
      taken: new Set([...taken, ...tensors.keys()]),
      schedule: (each: Group) => chooseSchedule(each, COMMON_LIMITS),
      formula: formulaOf,
    });
    return { kernel, reads: group.loads, writes };
  });
  const target = (written: string) => written.endsWith("'") ? memory(written) : undefined;
  return { program: programOf(graph, orderKernels(ordered, target), fusion, callDims), tensors };
}

/** The new value of an updated tensor, as a local: `W_next`. */
function nextValueName(node: Node, graph: Graph): string | undefined {
  const target = graph.results.find((result) => result.node === node)?.target;
  return target === undefined ? undefined : `${leafName(target).split(".").at(-1)}_next`;
}

function describeTensor(node: Node | undefined, name: string): {
  readonly dtype: "f32" | "u32";
  readonly shape: readonly Extent[];
} {
  if (node === undefined || node.dtype === "bool") {
    throw new Error(`The tensor "${name}" cannot be in memory`);
  }
  return { dtype: node.dtype, shape: node.shape };
}

/** A kernel is named after its program if it makes the program's only result, else after what it stores. */
function kernelName(graph: Graph, writes: readonly string[], used: Set<string>): string {
  const [only] = graph.results;
  const makesResult = graph.results.length === 1 && only !== undefined &&
    writes.includes(only.name);
  const first = writes[0] ?? "";
  const stored = first.endsWith("'") ? `update_${first.slice(0, -1)}` : first;
  const wanted = (makesResult ? graph.name : stored).replace(/\W+/g, "_");
  let name = wanted;
  for (let count = 2; used.has(name); count++) name = `${wanted}_${count}`;
  used.add(name);
  return name;
}

function programOf(
  graph: Graph,
  kernels: readonly Kernel[],
  fusion: Fusion,
  callDims: readonly string[],
): Program {
  const scalars = [...fusion.uniforms].map(([name, node]): Uniform => ({
    name,
    type: "f32",
    value: hostExpression(node),
  }));
  const dims = callDims.map((name): Uniform => ({
    name,
    type: "u32",
    value: { kind: "extent", extent: { name } },
  }));
  const read = new Set(kernels.flatMap((kernel) => kernel.tensors.map((tensor) => tensor.name)));
  return {
    name: graph.name,
    kernels,
    uniforms: [...dims, ...scalars],
    scalars: [...new Set(scalars.flatMap((scalar) => scalarsOf(scalar.value)))],
    inputs: nodesOf(graph).flatMap((node) =>
      node.op === "input" && node.attrs.role === "input" && read.has(node.attrs.name)
        ? [node.attrs.name]
        : []
    ),
    outputs: graph.results.filter((each) => each.target === undefined).map((each) => each.name),
    updates: graph.results.filter((each) => each.target !== undefined).map((each) => each.name),
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

const KIND = { input: "input", parameter: "parameter", state: "state", scalar: "input" } as const;

function planModule(
  declaration: Declaration,
  graphs: readonly Graph[],
  lowered: readonly Lowered[],
): CompiledModule {
  const outputs = new Set(
    graphs.flatMap((graph) =>
      graph.results.filter((result) => result.target === undefined).map((result) => result.name)
    ),
  );
  const tensors = new Map<string, Omit<PlannedTensor, "slot">>();
  const add = (name: string, node: Node): void => {
    // The leaf of an updated tensor describes it better than its new value does.
    if (tensors.has(name) && node.op !== "input") return;
    const initial = node.op === "input" ? node.attrs.initial : undefined;
    const kind = node.op === "input"
      ? KIND[node.attrs.role]
      : outputs.has(name)
      ? "output"
      : "temporary";
    tensors.set(name, {
      name,
      ...describeTensor(node, name),
      kind,
      ...initialOf(kind, initial),
    });
  };
  // Leaves of the declaration come first, also those that no program reads.
  for (const leaf of [...declaration.inputs, ...declaration.params]) add(leafName(leaf), leaf);
  for (const each of graphs) {
    for (const { target } of each.results) if (target !== undefined) add(leafName(target), target);
  }
  for (const each of lowered) for (const [name, node] of each.tensors) add(name, node);
  const programs = lowered.map((each) => each.program);
  const used = new Set(
    programs.flatMap((program) =>
      program.kernels.flatMap((kernel) => kernel.tensors.map((tensor) => tensor.name))
    ),
  );
  const kept = [...tensors.values()].filter((each) =>
    each.kind !== "temporary" || used.has(each.name)
  );
  const callDims = callDimsOf(declaration);
  const dims = new Set(
    kept.flatMap((each) => each.shape.flatMap((extent) => factors(extent).symbols)),
  );
  return {
    name: declaration.name,
    fixedDims: [...dims].filter((dim) => !callDims.includes(dim)).sort(),
    callDims,
    programs,
    ...planMemory(kept, programs),
  };
}

/** Parameters and states have first values; zero where the declaration gives none. */
function initialOf(kind: PlannedTensor["kind"], initial: Initial | undefined): { init?: Initial } {
  if (kind !== "parameter" && kind !== "state") return {};
  return { init: initial ?? { kind: "constant", value: 0 } };
}
