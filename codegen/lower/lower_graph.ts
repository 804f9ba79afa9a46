/** Lowering a program: fusion into groups, a scheduled kernel for each, and their order. @module */
import { type Extent, factors } from "../../dsl/dim.ts";
import type { Node } from "../../dsl/ops.ts";
import { fuse, type Fusion } from "../fusion/fuse.ts";
import { type Group, pointOf, type Stored } from "../fusion/group.ts";
import { type Graph, nodesOf } from "../graph/graph.ts";
import { formulaOf } from "../kernel/formula.ts";
import { type Axis, showIndex } from "../kernel/index_expr.ts";
import type { Kernel, Program, Scalar, Uniform } from "../kernel/kernel.ts";
import { type Ordered, orderKernels } from "../plan/order.ts";
import { hostExpression, scalarsOf } from "../programs/host.ts";
import { type ModuleNames, valueName } from "../programs/names.ts";
import { leafName } from "../programs/programs.ts";
import { setAside } from "../programs/separate.ts";
import { chooseSchedule, COMMON_LIMITS } from "../schedule/schedule.ts";
import { kernelOfGroup } from "./kernel_of_group.ts";

/** A program and the tensors it uses, before memory is planned. */
export interface Lowered {
  readonly program: Program;
  readonly tensors: ReadonlyMap<string, Node>;
}

/** What lowering needs to know besides the graph. */
export interface LowerSetting {
  readonly names: ModuleNames;
  /** Readable names of values, for locals. */
  readonly locals: ReadonlyMap<Node, string>;
  readonly callDims: readonly string[];
}

/**
 * Lowers a graph. Updates happen in place where they can; a new value that would overwrite what is still
 * read, by its own kernel at another index or by another update, is computed aside and copied at the end.
 */
export function lowerGraph(graph: Graph, setting: LowerSetting): Lowered {
  const aside = new Set<Node>();
  for (;;) {
    const { lowered, conflicts } = lowerOnce(graph, aside, setting);
    if (conflicts.length === 0) return lowered;
    const before = aside.size;
    for (const target of conflicts) aside.add(target);
    if (aside.size === before) {
      throw new Error(`Cannot lower ${graph.layer}.${graph.name}: its updates cannot be ordered`);
    }
  }
}

/** The name of what is in memory: an updated tensor `W'` is where `W` was. */
function memory(name: string): string {
  return name.endsWith("'") ? name.slice(0, -1) : name;
}

function lowerOnce(source: Graph, aside: ReadonlySet<Node>, setting: LowerSetting): {
  readonly lowered: Lowered;
  /** Updated leaves whose old values are overwritten too early. */
  readonly conflicts: readonly Node[];
} {
  const { graph, copies } = setAside(source, aside);
  const taken = takenNames(graph);
  const fusion = fuse(graph, {
    tensor: (node) => setting.names.tensor(node, graph),
    uniform: (node) => setting.names.uniform(node, graph),
    local: (node) => setting.locals.get(node),
    taken,
  }, copies);
  const tensors = new Map([...fusion.tensors].map(([node, name]) => [memory(name), node]));
  const groups = fusion.groups.filter((group) => group.stored.length > 0);
  const used = new Set<string>();
  const unordered = groups.map((group): Ordered => {
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
  const { kernels, overwritten } = orderKernels(
    unordered,
    (written) => written.endsWith("'") ? memory(written) : undefined,
  );
  const early = new Set([...overwritten, ...groups.flatMap((group) => astray(group, fusion))]);
  return {
    lowered: { program: programOf(graph, kernels, fusion, setting.callDims), tensors },
    conflicts: graph.results.flatMap(({ target }) =>
      target !== undefined && early.has(leafName(target)) ? [target] : []
    ),
  };
}

/** Names that axes and locals must not have. */
function takenNames(graph: Graph): ReadonlySet<string> {
  const nodes = nodesOf(graph);
  return new Set([
    ...nodes.flatMap((node) => node.op === "input" ? [leafName(node)] : []),
    ...graph.results.map((result) => result.name),
    ...nodes.flatMap((node) => node.shape.flatMap((extent) => factors(extent).symbols)),
  ]);
}

/** Tensors that a group overwrites, but also loads where another of its points may have overwritten them. */
function astray(group: Group, fusion: Fusion): readonly string[] {
  const values = [...group.reductions, ...group.stored].map((each) => each.value);
  const indexText = (axes: readonly Axis[]): string => pointOf(axes).map(showIndex).join();
  const isAstray = (stored: Stored, name: string): boolean => {
    const own = indexText(stored.level === "outer" ? group.outer : group.all);
    return values.flatMap((value) => loadsFrom(name, value)).some((index) => index !== own);
  };
  return group.stored.flatMap((stored) => {
    const name = fusion.tensors.get(stored.node) ?? "";
    return name.endsWith("'") && isAstray(stored, memory(name)) ? [memory(name)] : [];
  });
}

/** The indices, as text, at which an expression loads a tensor. */
function loadsFrom(tensor: string, scalar: Scalar): readonly string[] {
  if (scalar.kind === "load") {
    return scalar.tensor === tensor ? [scalar.index.map(showIndex).join()] : [];
  }
  return scalar.kind === "apply" ? scalar.args.flatMap((arg) => loadsFrom(tensor, arg)) : [];
}

/** The new value of an updated tensor, as a local: `W_next`. */
function nextValueName(node: Node, graph: Graph): string | undefined {
  const target = graph.results.find((result) => result.node === node)?.target;
  return target === undefined ? undefined : `${leafName(target).split(".").at(-1)}_next`;
}

/** The type and shape of a tensor in memory. */
export function describeTensor(node: Node | undefined, name: string): {
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
  const stored = first.endsWith("'") ? `update_${memory(first)}` : first;
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
