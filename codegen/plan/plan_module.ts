/** The memory plan of a declaration: what each tensor is for, and its slot. @module */
import { factors } from "../../dsl/dim.ts";
import type { Node } from "../../dsl/ops.ts";
import { type Graph, nodesOf } from "../graph/graph.ts";
import type { CompiledModule, Initial, PlannedTensor } from "../kernel/kernel.ts";
import { describeTensor, type Lowered } from "../lower/lower_graph.ts";
import { dimNames } from "../programs/extents.ts";
import { callDimsOf, type Declaration, leafName } from "../programs/programs.ts";
import { planMemory } from "./memory.ts";

/** Scalars and streams are no tensors once programs are made. */
const KIND = {
  input: "input",
  parameter: "parameter",
  state: "state",
  scalar: "input",
  stream: "input",
} as const;

/** Plans the tensors and slots of a declaration's programs. */
export function planModule(
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
  const { inputs, params, state } = declaration;
  for (const leaf of [...inputs, ...params, ...state]) add(leafName(leaf), leaf);
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
  // A dim may occur in no tensor that is kept: a sum over repeated values, or a size.
  const dims = new Set([
    ...kept.flatMap((each) => each.shape.flatMap((extent) => factors(extent).symbols)),
    ...dimNames(graphs.flatMap(nodesOf)),
  ]);
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
