/** Lowering a program: fusion into groups, a scheduled kernel for each, and their order. @module */
import { type DimValues, type Extent, factors } from "../../dsl/dim.ts";
import type { Node } from "../../dsl/ops.ts";
import { type Provenance, provenanceOf } from "../../dsl/provenance.ts";
import { fuse } from "../fusion/fuse.ts";
import { type Group, pointOf, type Stored } from "../fusion/group.ts";
import type { Fusion } from "../fusion/places.ts";
import { partToStore } from "../fusion/split.ts";
import { type Graph, nodesOf } from "../graph/graph.ts";
import { formulaOf } from "../kernel/formula.ts";
import type { Axis } from "../kernel/index_expr.ts";
import { showIndex } from "../kernel/print_scalar.ts";
import { forEachPart } from "../kernel/scalar_walk.ts";
import {
  comingFrom,
  type Kernel,
  type Program,
  type Scalar,
  type StorageType,
  type Uniform,
} from "../kernel/kernel.ts";
import { type Ordered, orderKernels } from "../plan/order.ts";
import { hostExpression, scalarsOf } from "../programs/host.ts";
import { type ModuleNames, valueName } from "../programs/names.ts";
import { leafName } from "../programs/programs.ts";
import { setAside } from "../programs/separate.ts";
import { MOST_TENSORS } from "../schedule/machines.ts";
import { chooseSchedule } from "../schedule/schedule.ts";
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
  /** Sizes of dims to choose schedules by. */
  readonly typical: DimValues;
}

/**
 * Lowers a graph, trying again with fewer liberties until nothing is wrong:
 * - Updates happen in place where they can; a new value that would overwrite what is still read, by its own
 *   kernel at another index or by another update, is computed aside and copied at the end.
 * - A kernel that uses more tensors than a machine binds to it is split: a part of it is stored first, or
 *   one of its reductions or of the values that it stores gets a kernel of its own.
 */
export function lowerGraph(graph: Graph, setting: LowerSetting): Lowered {
  let demands: Demands = {
    aside: new Set(),
    stored: new Set(),
    apart: new Set(),
    alone: new Set(),
  };
  for (;;) {
    const { lowered, wanted } = lowerOnce(graph, demands, setting);
    const more: Demands = {
      aside: demands.aside.union(wanted.aside),
      stored: demands.stored.union(wanted.stored),
      apart: demands.apart.union(wanted.apart),
      alone: demands.alone.union(wanted.alone),
    };
    if (sizeOf(more) > sizeOf(demands)) {
      demands = more;
    } else if (wanted.aside.size > 0) {
      throw new Error(`Cannot lower ${graph.layer}.${graph.name}: its updates have no order`);
    } else {
      return lowered;
    }
  }
}

/** What a program must do differently from what fusion would choose. */
interface Demands {
  /** Leaves whose new values are computed aside. */
  readonly aside: ReadonlySet<Node>;
  /** Values that are stored. */
  readonly stored: ReadonlySet<Node>;
  /** Reductions that join no earlier kernel. */
  readonly apart: ReadonlySet<Node>;
  /** Values that are stored in a kernel of their own. */
  readonly alone: ReadonlySet<Node>;
}

function sizeOf({ aside, stored, apart, alone }: Demands): number {
  return aside.size + stored.size + apart.size + alone.size;
}

/** The name of what is in memory: an updated tensor `W'` is where `W` was. */
function memory(name: string): string {
  return name.endsWith("'") ? name.slice(0, -1) : name;
}

function lowerOnce(source: Graph, demands: Demands, setting: LowerSetting): {
  readonly lowered: Lowered;
  readonly wanted: Demands;
} {
  const { graph, copies } = setAside(source, demands.aside);
  const taken = takenNames(graph);
  const fusion = fuse(graph, {
    tensor: (node) => setting.names.tensor(node, graph),
    uniform: (node) => setting.names.uniform(node, graph),
    local: (node) => setting.locals.get(node),
    taken,
  }, { ...demands, copies, tensors: MOST_TENSORS });
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
      schedule: (kind, kernel) => chooseSchedule(kind, kernel, setting.typical),
      formula: formulaOf,
    });
    return { kernel, reads: group.loads, writes };
  });
  const { kernels, overwritten } = orderKernels(
    unordered,
    (written) => written.endsWith("'") ? memory(written) : undefined,
  );
  const crowded = groups.filter((_, i) =>
    (unordered[i]?.kernel.tensors.length ?? 0) > MOST_TENSORS
  );
  const whole = crowded.filter((group) => partOf(group, graph).length === 0);
  const early = new Set([...overwritten, ...groups.flatMap((group) => astray(group, fusion))]);
  return {
    lowered: { program: programOf(graph, kernels, fusion, setting.callDims), tensors },
    wanted: {
      aside: new Set(
        graph.results.flatMap(({ target }) =>
          target !== undefined && early.has(leafName(target)) ? [target] : []
        ),
      ),
      stored: new Set(crowded.flatMap((group) => partOf(group, graph))),
      apart: new Set(whole.flatMap(lastReductionOf)),
      alone: new Set(
        whole.flatMap((group) =>
          lastReductionOf(group).length > 0 ? [] : lastStoredOf(group, graph)
        ),
      ),
    },
  };
}

/** The reduction that came last to a kernel, if it is not the only one. */
function lastReductionOf({ reductions }: Group): readonly Node[] {
  return reductions.slice(1).slice(-1).map((each) => each.node);
}

/** What came last to a kernel of what it stores beside its reductions, rather than a result. */
function lastStoredOf({ reductions, stored }: Group, graph: Graph): readonly Node[] {
  const beside = stored.map((each) => each.node)
    .filter((node) => reductions.every((each) => each.node !== node));
  const isResult = (node: Node) => graph.results.some((result) => result.node === node);
  return [...beside.filter(isResult), ...beside.filter((node) => !isResult(node))].slice(-1);
}

/** A part to store before a kernel that uses too many tensors, if there is one. */
function partOf(group: Group, graph: Graph): readonly Node[] {
  const isUpdate = (node: Node): boolean =>
    graph.results.some((result) => result.node === node && result.target !== undefined);
  const part = partToStore(group, MOST_TENSORS - 1, isUpdate);
  return part === undefined ? [] : [part];
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
  const found: string[] = [];
  forEachPart([scalar], (part) => {
    if (part.kind === "load" && part.tensor === tensor) {
      found.push(part.index.map(showIndex).join());
    }
  });
  return found;
}

/** The new value of an updated tensor, as a local: `W_next`. */
function nextValueName(node: Node, graph: Graph): string | undefined {
  const target = graph.results.find((result) => result.node === node)?.target;
  return target === undefined ? undefined : `${leafName(target).split(".").at(-1)}_next`;
}

/** What a tensor is in memory. */
export function describeTensor(node: Node | undefined, name: string): {
  readonly dtype: StorageType;
  readonly shape: readonly Extent[];
  readonly sparse?: true;
  readonly provenance?: Provenance;
} {
  if (node === undefined || node.dtype === "bool") {
    throw new Error(`The tensor "${name}" cannot be in memory`);
  }
  const { storage, sparse } = node.op === "input" ? node.attrs : {};
  return {
    dtype: storage ?? node.dtype,
    shape: node.shape,
    ...(sparse === undefined ? {} : { sparse }),
    ...comingFrom(provenanceOf(node)),
  };
}

/**
 * A kernel is named after its program if it makes the program's only result, else after what it stores;
 * one that writes an input of other programs bears both names.
 */
function kernelName(graph: Graph, writes: readonly string[], used: Set<string>): string {
  const [only] = graph.results;
  const makesResult = graph.results.length === 1 && only !== undefined &&
    writes.includes(only.name);
  const first = writes[0] ?? "";
  const target = graph.results.find((result) => result.name === memory(first))?.target;
  const verb = target?.op === "input" && target.attrs.role === "input" ? graph.name : "update";
  const stored = first.endsWith("'") ? `${verb}_${memory(first)}` : first;
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
    type: node.dtype === "u32" ? "u32" : "f32",
    value: hostExpression(node),
  }));
  const dims = callDims.map((name): Uniform => ({
    name,
    type: "u32",
    value: { kind: "extent", extent: { name } },
  }));
  const read = new Set(kernels.flatMap((kernel) => kernel.tensors.map((tensor) => tensor.name)));
  const limits = graph.limits === undefined ? undefined : new Map(
    [...graph.limits].map(([name, most]) => [name, hostExpression(most)] as const),
  );
  return {
    name: graph.name,
    kernels,
    ...(limits === undefined ? {} : { limits }),
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
