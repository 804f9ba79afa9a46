/**
 * What the picture of a program's memory shows: for each slot who lives in it, and from which call to which.
 *
 * @module
 */
import { evaluateSum } from "../../codegen/documents/arithmetic.ts";
import type { CompiledModule, PlannedTensor, Program } from "../../codegen/kernel/kernel.ts";
import { ELEMENT_BYTES } from "../../codegen/kernel/storage.ts";
import { lifetimes } from "../../codegen/plan/memory.ts";
import { type DimValues, product, showDimValues, showShape } from "../../dsl/dim.ts";
import { bytesText } from "../../explain/amounts.ts";

/** What a call does with a tensor. */
export type Use = "read" | "write" | "read_write";

/** A tensor's stay in its slot. */
export interface Stay {
  readonly tensor: string;
  readonly kind: PlannedTensor["kind"];
  readonly shape: string;
  /** Its size with units; nothing if a dim has no typical size. */
  readonly size: string;
  /** Positions of the first and the last call that it has to be there for. */
  readonly from: number;
  readonly to: number;
  /** The calls that use it, by position. */
  readonly uses: readonly { readonly at: number; readonly use: Use }[];
  /** All of that in a sentence. */
  readonly told: string;
}

/** A piece of memory. */
export interface SlotRow {
  readonly slot: number;
  /** Its size with units: that of the largest that live in it. */
  readonly size: string;
  readonly stays: readonly Stay[];
}

/** The picture's contents. */
export interface MemoryView {
  readonly program: string;
  /** Names of the calls, in order. */
  readonly calls: readonly string[];
  readonly rows: readonly SlotRow[];
  /** The kinds of tensors that there are, in the order of the legend. */
  readonly kinds: readonly PlannedTensor["kind"][];
  /** The size of all slots with units. */
  readonly total: string;
  /** The size of all tensors if each had a slot of its own. */
  readonly unshared: string;
  /** The sizes that were used. */
  readonly sizes: string;
}

/** What kinds are called, and in which order. */
const KINDS: readonly PlannedTensor["kind"][] = [
  "input",
  "parameter",
  "state",
  "temporary",
  "output",
];

/** A size with units; nothing for what is not known. */
const sizeText = (bytes: number | undefined): string => bytes === undefined ? "" : bytesText(bytes);

/** Who is where in the memory of a program. */
export function memoryView(
  module: CompiledModule,
  program: Program,
  typical: DimValues,
): MemoryView {
  const spans = new Map(lifetimes(program).map((each) => [each.tensor, each]));
  const bytes = (tensor: PlannedTensor): number | undefined =>
    evaluateSum([product([ELEMENT_BYTES[tensor.dtype], ...tensor.shape])], typical);
  const last = program.kernels.length - 1;
  const stayOf = (tensor: PlannedTensor): readonly Stay[] => {
    const span = spans.get(tensor.name);
    if (span === undefined) return [];
    const isPassing = tensor.kind === "temporary";
    const [from, to] = isPassing ? [span.from, span.to] : [0, last];
    const uses = usesOf(program, tensor.name);
    const size = sizeText(bytes(tensor));
    const shape = showShape(tensor.shape);
    return [{
      tensor: tensor.name,
      kind: tensor.kind,
      shape,
      size,
      from,
      to,
      uses,
      told: [
        `${tensor.name} ${shape}${size === "" ? "" : `, ${size}`}, ${tensor.kind}`,
        ...toldUses(program, uses),
      ].join("; "),
    }];
  };
  const slots = module.slots.flatMap((names, slot) => {
    const tensors = module.tensors.filter(({ name }) => names.includes(name));
    const stays = tensors.flatMap(stayOf);
    return stays.length === 0 ? [] : [{ slot, stays, bytes: largest(tensors.map(bytes)) }];
  });
  const used = module.tensors.filter(({ name }) => spans.has(name));
  return {
    program: program.name,
    calls: program.kernels.map(({ name }) => name),
    rows: slots.map(({ slot, stays, bytes }) => ({ slot, stays, size: sizeText(bytes) }))
      .toSorted(inOrder),
    kinds: KINDS.filter((kind) => used.some((tensor) => tensor.kind === kind)),
    total: sizeText(sum(slots.map(({ bytes }) => bytes))),
    unshared: sizeText(sum(used.map(bytes))),
    sizes: showDimValues(typical),
  };
}

/** By kinds; those that pass, by the call that writes the first of a slot. */
function inOrder({ stays: [a] }: SlotRow, { stays: [b] }: SlotRow): number {
  if (a === undefined || b === undefined) return 0;
  return KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || a.from - b.from;
}

function usesOf({ kernels }: Program, tensor: string): Stay["uses"] {
  return kernels.flatMap((kernel, at) => {
    const use = kernel.tensors.find(({ name }) => name === tensor)?.access;
    return use === undefined ? [] : [{ at, use }];
  });
}

function toldUses({ kernels }: Program, uses: Stay["uses"]): readonly string[] {
  const named = (wanted: readonly Use[]): string =>
    uses.filter(({ use }) => wanted.includes(use)).map(({ at }) => kernels[at]?.name).join(", ");
  const groups = [
    ["written by", named(["write"])],
    ["changed by", named(["read_write"])],
    ["read by", named(["read"])],
  ] as const;
  return groups.flatMap(([verb, names]) => names === "" ? [] : [`${verb} ${names}`]);
}

function largest(bytes: readonly (number | undefined)[]): number | undefined {
  return bytes.includes(undefined) ? undefined : Math.max(0, ...bytes.map((each) => each ?? 0));
}

function sum(bytes: readonly (number | undefined)[]): number | undefined {
  return bytes.reduce<number | undefined>(
    (total, each) => total === undefined || each === undefined ? undefined : total + each,
    0,
  );
}
