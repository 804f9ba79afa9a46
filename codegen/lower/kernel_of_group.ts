/** Lowering: from a group of nodes to a kernel. @module */
import type { Extent } from "../../dsl/dim.ts";
import type { Node } from "../../dsl/ops.ts";
import { Provenance, provenanceOf } from "../../dsl/provenance.ts";
import { type Group, pointOf, type Stored } from "../fusion/group.ts";
import { loadsOf } from "../fusion/loads.ts";
import { type IndexExpr, mapValues } from "../kernel/index_expr.ts";
import {
  type Combine,
  comingFrom,
  type Kernel,
  type KernelTensor,
  type LoopStage,
  type ReduceStage,
  type Scalar,
  type Schedule,
  type Stage,
  type StorageType,
  type StoreStage,
} from "../kernel/kernel.ts";
import {
  invariantParts,
  localNames,
  type Locals,
  nodesIn,
  shareParts,
  withLocals,
} from "./share.ts";

/** What lowering needs to know about the program around a group. */
export interface Setting {
  readonly layer: string;
  /** The tensor in memory that a name of fusion stands for: an update's is its target's. */
  readonly memory: (tensor: string) => string;
  readonly tensors: ReadonlyMap<Node, string>;
  readonly describe: (
    tensor: string,
  ) => { readonly dtype: StorageType; readonly shape: readonly Extent[] };
  readonly nameOf: (node: Node) => string | undefined;
  /** Names that locals must not have. */
  readonly taken: ReadonlySet<string>;
  readonly schedule: (
    kind: Group["kind"],
    kernel: Pick<Kernel, "parallel" | "stages" | "tensors">,
  ) => Schedule;
  readonly formula: (stages: readonly Stage[]) => string;
}

const COMBINE: Readonly<Record<string, Combine>> = {
  sum: "sum",
  einsum: "sum",
  overlapAdd: "sum",
  max: "max",
  argmax: "argmax",
};

/** The kernel of a group. */
export function kernelOfGroup(group: Group, name: string, setting: Setting): Kernel {
  const stages = renameLoads(stagesOf(group, setting), setting);
  const body = { tensors: tensorsOf(stages, setting), parallel: group.outer, stages };
  return {
    name,
    layer: setting.layer,
    formula: setting.formula(stages),
    ...body,
    schedule: setting.schedule(group.kind, body),
  };
}

function stagesOf(group: Group, setting: Setting): readonly Stage[] {
  const axes = new Set(group.inner.map((axis) => axis.name));
  const taken = new Set([
    ...setting.taken,
    ...group.all.map((axis) => axis.name),
    ...group.reductions.map((reduction) => reduction.local),
  ]);
  const name = localNames(group.expander.origins, setting.nameOf, taken);
  const outer = group.stored.filter((stored) => stored.level === "outer");
  const full = group.stored.filter((stored) => stored.level === "full");
  const locals: Locals = new Map();
  const from = (value: Scalar, ...nodes: readonly Node[]): Provenance | undefined =>
    provenanceOfAll([...nodes, ...nodesIn(value, group.expander.origins, locals)]);
  // A value that reads what this kernel overwrites is named, so that all loads precede all stores.
  const overwritten = new Set(
    group.stored.map((each) => setting.memory(setting.tensors.get(each.node) ?? "")),
  );
  const early = (value: Scalar): boolean =>
    group.stored.length > 1 && [...loadsOf(value)].some((tensor) => overwritten.has(tensor));
  const invariant = full.flatMap((stored) => invariantParts(stored.value, axes));
  const outerLets = shareParts(
    [...outer.map((stored) => stored.value), ...invariant],
    new Set([...outer.map((stored) => stored.value).filter(early), ...invariant]),
    locals,
    name,
    from,
  );
  const fullValues = full.map((stored) => stored.value);
  const fullLets = shareParts(fullValues, new Set(fullValues.filter(early)), locals, name, from);
  const store = (stored: Stored): StoreStage => ({
    kind: "store",
    tensor: setting.tensors.get(stored.node) ?? "",
    index: pointOf(stored.level === "outer" ? group.outer : group.all),
    value: withLocals(stored.value, locals),
    ...comingFrom(from(stored.value, stored.node)),
  });
  const loop: LoopStage[] = full.length === 0
    ? []
    : [{ kind: "loop", over: group.inner, body: [...fullLets, ...full.map(store)] }];
  return [...reductionsOf(group, from), ...outerLets, ...loop, ...outer.map(store)];
}

/** Where the value of one stage comes from, which may stand for several nodes. */
function provenanceOfAll(nodes: readonly Node[]): Provenance | undefined {
  return Provenance.union(nodes.map(provenanceOf));
}

function reductionsOf(
  group: Group,
  from: (value: Scalar, node: Node) => Provenance | undefined,
): readonly ReduceStage[] {
  return group.reductions.map(({ node, local, value }) => ({
    kind: "reduce",
    into: local,
    combine: COMBINE[node.op] ?? "sum",
    over: group.inner,
    value,
    type: node.dtype,
    ...comingFrom(from(value, node)),
  }));
}

/** Replaces fusion's names of tensors by those in memory. */
function renameLoads(stages: readonly Stage[], { memory }: Setting): readonly Stage[] {
  const index = (each: IndexExpr): IndexExpr => mapValues(each, scalar);
  const scalar = (each: Scalar): Scalar => {
    if (each.kind === "load") {
      return { ...each, tensor: memory(each.tensor), index: each.index.map(index) };
    }
    return each.kind === "apply" ? { ...each, args: each.args.map(scalar) } : each;
  };
  const simple = <S extends Exclude<Stage, LoopStage>>(stage: S): S => ({
    ...stage,
    value: scalar(stage.value),
    ...("tensor" in stage ? { tensor: memory(stage.tensor) } : {}),
  });
  return stages.map((stage) =>
    stage.kind === "loop" ? { ...stage, body: stage.body.map(simple) } : simple(stage)
  );
}

function tensorsOf(stages: readonly Stage[], setting: Setting): readonly KernelTensor[] {
  const reads = new Set<string>();
  const writes = new Set<string>();
  const visit = (stage: Stage): void => {
    if (stage.kind === "loop") return stage.body.forEach(visit);
    for (const name of loadsOf(stage.value)) reads.add(name);
    if (stage.kind === "store") writes.add(stage.tensor);
  };
  stages.forEach(visit);
  const tensor = (access: KernelTensor["access"]) => (name: string): KernelTensor => ({
    name,
    ...setting.describe(name),
    access,
  });
  return [
    ...[...reads].filter((name) => !writes.has(name)).map(tensor("read")),
    ...[...writes].filter((name) => reads.has(name)).map(tensor("read_write")),
    ...[...writes].filter((name) => !reads.has(name)).map(tensor("write")),
  ];
}
