/** Names shared parts of expressions, so that each is computed once. @module */
import type { Node } from "../../dsl/ops.ts";
import type { Provenance } from "../../dsl/provenance.ts";
import { dependsOnAxis } from "../kernel/index_expr.ts";
import { comingFrom, type LetStage, type Scalar } from "../kernel/kernel.ts";
import { somePart } from "../kernel/scalar_walk.ts";

/** Gives out the names of locals of one kernel. */
export type LocalNames = (scalar: Scalar) => string;

/** The nodes that expressions stand for; names come from the first. */
export type Origins = ReadonlyMap<Scalar, readonly Node[]>;

/** Makes a name for an expression from the node it stands for; names are unique. */
export function localNames(
  origins: Origins,
  nameOf: (node: Node) => string | undefined,
  taken: ReadonlySet<string>,
): LocalNames {
  const used = new Set(taken);
  return (scalar) => {
    const node = origins.get(scalar)?.[0];
    const base = ((node === undefined ? undefined : nameOf(node)) ?? "value").replace(/\W/g, "_");
    let name = base;
    for (let count = 2; used.has(name); count++) name = `${base}_${count}`;
    used.add(name);
    return name;
  };
}

/** Expressions that already have a local. */
export type Locals = Map<Scalar, string>;

/** An expression with its named parts replaced by locals. */
export function withLocals(scalar: Scalar, locals: Locals, root = false): Scalar {
  const name = root ? undefined : locals.get(scalar);
  if (name !== undefined) return { kind: "local", type: scalar.type, name };
  if (scalar.kind !== "apply") return scalar;
  return { ...scalar, args: scalar.args.map((arg) => withLocals(arg, locals)) };
}

/** True where naming a part saves work. */
function isWork(scalar: Scalar): boolean {
  return scalar.kind === "apply";
}

/**
 * Lets for the operator applications that occur more than once in some expressions, and for
 * every expression in `always`. Adds their names to `locals`.
 *
 * @param provenance where an expression comes from, leaving out the parts that have a local
 */
export function shareParts(
  roots: readonly Scalar[],
  always: ReadonlySet<Scalar>,
  locals: Locals,
  name: LocalNames,
  provenance: (scalar: Scalar) => Provenance | undefined,
): readonly LetStage[] {
  const uses = new Map<Scalar, number>();
  const order: Scalar[] = [];
  const count = (scalar: Scalar): void => {
    const before = uses.get(scalar) ?? 0;
    uses.set(scalar, before + 1);
    if (before > 0 || locals.has(scalar)) return;
    if (scalar.kind === "apply") scalar.args.forEach(count);
    order.push(scalar);
  };
  roots.forEach(count);
  return order.flatMap((scalar): LetStage[] => {
    const shared = (uses.get(scalar) ?? 0) > 1;
    if (locals.has(scalar) || !isWork(scalar) || !(shared || always.has(scalar))) return [];
    const stage: LetStage = {
      kind: "let",
      name: name(scalar),
      value: withLocals(scalar, locals, true),
      ...comingFrom(provenance(scalar)),
    };
    locals.set(scalar, stage.name);
    return [stage];
  });
}

/** True if an expression depends on one of these axes. */
export function varies(scalar: Scalar, axes: ReadonlySet<string>): boolean {
  return somePart(scalar, (part) => {
    if (part.kind === "load") return part.index.some((index) => dependsOnAxis(index, axes));
    return part.kind === "index" && dependsOnAxis(part.index, axes);
  });
}

/** The largest parts of an expression that do not depend on these axes and are worth a name. */
export function invariantParts(scalar: Scalar, axes: ReadonlySet<string>): readonly Scalar[] {
  const seen = new Set<Scalar>();
  const parts: Scalar[] = [];
  const visit = (part: Scalar): void => {
    if (part.kind !== "apply" || seen.has(part)) return;
    seen.add(part);
    if (varies(part, axes)) part.args.forEach(visit);
    else parts.push(part);
  };
  visit(scalar);
  return parts;
}

/** The nodes that an expression computes or loads, but for those of its parts that have a local. */
export function nodesIn(scalar: Scalar, origins: Origins, locals: Locals): ReadonlySet<Node> {
  const nodes = new Set<Node>();
  const visit = (part: Scalar, isRoot: boolean): void => {
    if (!isRoot && locals.has(part)) return;
    for (const node of origins.get(part) ?? []) nodes.add(node);
    if (part.kind === "apply") part.args.forEach((arg) => visit(arg, false));
  };
  visit(scalar, true);
  return nodes;
}
