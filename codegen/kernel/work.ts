/**
 * What a kernel has to do at least, by its stages: arithmetic, and elements moved. One source for
 * `plan.md` and for the bindings, so that both state the same numbers.
 *
 * @module
 */
import { divide, type Extent, product } from "../../dsl/dim.ts";
import { type Axis, dependsOnAxis, type IndexExpr } from "./index_expr.ts";
import type { HostExpr, Kernel, PrimitiveOp, ReduceStage, Scalar, ScalarOp } from "./kernel.ts";
import { showIndex } from "./print_scalar.ts";
import { forEachPart } from "./scalar_walk.ts";
import { ELEMENT_BYTES } from "./storage.ts";

/** Operators that count as a floating-point operation inside a reduction. */
const COUNTED: ReadonlySet<ScalarOp> = new Set<ScalarOp>(["add", "sub", "mul"]);

/**
 * Additions, subtractions and multiplications of a kernel's reductions: for each term those of its
 * value, and one to add it. So a contraction over m, n and k counts `2·m·n·k`. Other operators, and
 * all that happens once per result (biases, activations, updates), count for nothing beside them.
 */
export function kernelFlops(kernel: Kernel): HostExpr {
  const reductions = kernel.stages.filter((stage) => stage.kind === "reduce");
  return sumOf(reductions.flatMap((stage) => {
    const perTerm = operationsPerTerm(stage);
    const axes = [...kernel.parallel, ...stage.over].map((axis) => axis.extent);
    return perTerm === 0 ? [] : [extentOf(product([perTerm, ...axes]))];
  }));
}

function operationsPerTerm({ combine, value }: ReduceStage): number {
  let count = combine === "sum" ? 1 : 0;
  forEachPart([value], (part) => {
    if (part.kind === "apply" && part.type === "f32" && COUNTED.has(part.op)) count++;
  });
  return count;
}

/**
 * Bytes that a kernel must read and write if it touches every element once in each direction: all of a
 * tensor, or, where it has one load or store, as many elements as the loops around that can reach. One
 * term per tensor and direction.
 */
export function kernelBytes(kernel: Kernel): HostExpr {
  return sumOf(
    accessesByTensor(kernel).map((accesses) => {
      const tensor = kernel.tensors.find((each) => each.name === accesses[0]?.tensor);
      if (tensor === undefined) {
        throw new Error(`${kernel.name} has no tensor to count the bytes of`);
      }
      const counts = elementsTouched(product(tensor.shape), accesses);
      return leastOf(counts.map((count) => product([ELEMENT_BYTES[tensor.dtype], count])));
    }),
  );
}

/** Loads or stores of one tensor, at one index, under some loops. */
interface Access {
  readonly tensor: string;
  readonly direction: "read" | "write";
  readonly index: readonly IndexExpr[];
  readonly axes: readonly Axis[];
}

/** All accesses, those to the same tensor in the same direction together. */
function accessesByTensor(kernel: Kernel): readonly (readonly Access[])[] {
  const groups = new Map<string, Access[]>();
  for (const access of accessesOf(kernel)) {
    const key = `${access.direction} ${access.tensor}`;
    groups.set(key, [...groups.get(key) ?? [], access]);
  }
  return [...groups.values()];
}

function accessesOf({ parallel, stages }: Kernel): readonly Access[] {
  return stages.flatMap((stage): readonly Access[] => {
    const axes = "over" in stage ? [...parallel, ...stage.over] : parallel;
    const simple = stage.kind === "loop" ? stage.body : [stage];
    return simple.flatMap((each): readonly Access[] => [
      ...loadsIn(each.value).map((load) => ({ ...load, direction: "read", axes } as const)),
      ...(each.kind === "store" ? [{ ...each, direction: "write", axes } as const] : []),
    ]);
  });
}

type Load = Extract<Scalar, { readonly kind: "load" }>;

function loadsIn(value: Scalar): readonly Load[] {
  const found: Load[] = [];
  forEachPart([value], (part) => part.kind === "load" && found.push(part));
  return found;
}

/**
 * How many of a tensor's `size` elements some accesses touch: one count where dims of at least 1 leave
 * no doubt, else two of which the lesser is right.
 */
function elementsTouched(size: Extent, accesses: readonly Access[]): readonly Extent[] {
  const distinct = new Map(accesses.map((each) => [each.index.map(showIndex).join(), each]));
  const [reach, ...others] = [...distinct.values()].map(reachOf);
  if (reach === undefined || others.length > 0 || divide(reach, size) !== undefined) return [size];
  return divide(size, reach) === undefined ? [size, reach] : [reach];
}

/** Points of the loops that an index depends on: the most elements that it can name. */
function reachOf({ index, axes }: Access): Extent {
  const moving = axes.filter((axis) =>
    index.some((each) => dependsOnAxis(each, new Set([axis.name])))
  );
  return product(moving.map((axis) => axis.extent));
}

function extentOf(extent: Extent): HostExpr {
  return typeof extent === "number"
    ? { kind: "constant", value: extent }
    : { kind: "extent", extent };
}

function leastOf(counts: readonly Extent[]): HostExpr {
  return joined("minimum", counts.map(extentOf));
}

function sumOf(terms: readonly HostExpr[]): HostExpr {
  return terms.length === 0 ? extentOf(0) : joined("add", terms);
}

function joined(op: PrimitiveOp, terms: readonly HostExpr[]): HostExpr {
  return terms.reduce((left, right) => ({ kind: "apply", op, args: [left, right] }));
}
