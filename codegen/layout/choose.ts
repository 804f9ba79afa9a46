/**
 * Chooses the order of axes in which temporaries lie in memory, and which operands of products are copied
 * into another order first.
 *
 * A temporary has no reader but kernels, so its order is free. What a loop goes along should be contiguous
 * in all that it touches: one temporary in another order gains little, all that one kernel after another
 * hands on gains much. So a change takes all temporaries along that a kernel touches at the same places,
 * and is kept if it makes a module cheaper by a good part of what its kernels cost.
 *
 * @module
 */
import type { DimValues } from "../../dsl/dim.ts";
import { affine } from "../kernel/index_expr.ts";
import type { CompiledModule, Kernel } from "../kernel/kernel.ts";
import { tensorsUsed } from "../kernel/tensors_used.ts";
import { contractOperands } from "../kernel/verify_schedule.ts";
import { typicalSize } from "../schedule/typical_size.ts";
import { type OrderOf, positionOf, type Touch, touchesOf, unitAxis } from "./accesses.ts";
import { copyCost, kernelCost } from "./cost.ts";

/** An operand of a product that is copied into another order before. */
export interface Copy {
  readonly kernel: Kernel;
  readonly tensor: string;
  /** Which of its axes comes first, second, … */
  readonly order: readonly number[];
}

/** What was chosen for a module. */
export interface Layouts {
  /** Temporaries whose axes change places. */
  readonly orders: ReadonlyMap<string, readonly number[]>;
  readonly copies: readonly Copy[];
}

/** The part of its cost that a change must save to be worth it. */
const WORTH = 0.02;

/** Axes with fewer elements are not worth being innermost. */
const LEAST_STEPS = 4;

/** The order in which an axis comes last and the others stay as they are. */
export function orderWithLast(rank: number, last: number): readonly number[] {
  return [...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== last), last];
}

/** The innermost axis of each temporary, by name; those that are not named lie in the order of their shape. */
type Innermost = ReadonlyMap<string, number>;

class Chooser {
  readonly #kernels: readonly Kernel[];
  readonly #touches: ReadonlyMap<Kernel, readonly Touch[]>;
  readonly #shapes: ReadonlyMap<string, Touch["shape"]>;
  readonly #kept: ReadonlySet<string>;
  readonly #typical: DimValues;
  readonly #costs = new Map<Kernel, Map<string, number>>();

  constructor({ tensors, programs }: CompiledModule, typical: DimValues) {
    // A kernel that several programs run is one kernel here.
    const byText = new Map<string, Kernel>();
    for (const kernel of programs.flatMap((program) => program.kernels)) {
      byText.set(`${kernel.name} ${kernel.formula}`, kernel);
    }
    this.#kernels = [...byText.values()];
    this.#touches = new Map(
      this.#kernels.map((kernel) => [kernel, touchesOf(kernel.stages, kernel.tensors)]),
    );
    const free = tensors.filter(({ kind }) => kind === "temporary");
    this.#shapes = new Map(free.map(({ name, shape }) => [name, shape]));
    this.#kept = new Set(
      tensors.filter(({ kind }) => kind !== "temporary" && kind !== "output").map(({ name }) =>
        name
      ),
    );
    this.#typical = typical;
  }

  /** The chosen innermost axes. */
  innermost(): Innermost {
    let chosen: Innermost = new Map();
    let cost = this.#cost(chosen);
    for (;;) {
      const better = this.#best(chosen);
      if (better === undefined) return chosen;
      const next = this.#cost(better);
      if (!(next < cost)) return chosen;
      [chosen, cost] = [better, next];
    }
  }

  /** The copies that pay, with temporaries in their order. */
  copies(innermost: Innermost): readonly Copy[] {
    return this.#kernels.flatMap((kernel) => this.#copyFor(kernel, innermost)?.copy ?? []);
  }

  orderOf(innermost: Innermost): OrderOf {
    return (tensor) => {
      const last = innermost.get(tensor);
      const rank = this.#shapes.get(tensor)?.length ?? 0;
      return last === undefined ? undefined : orderWithLast(rank, last);
    };
  }

  /** The change that saves most of what the kernels that it concerns cost. */
  #best(chosen: Innermost): Innermost | undefined {
    let best: { readonly change: Innermost; readonly saved: number } | undefined;
    const seen = new Set<string>();
    for (const change of this.#changes()) {
      const key = JSON.stringify([...change].sort());
      if (seen.has(key) || [...change].every(([name, axis]) => chosen.get(name) === axis)) continue;
      seen.add(key);
      const next = new Map([...chosen, ...change]);
      const concerned = this.#kernels.filter((kernel) =>
        kernel.tensors.some(({ name }) => change.has(name))
      );
      const before = this.#cost(chosen, concerned);
      const saved = before - this.#cost(next, concerned);
      if (saved > WORTH * before && saved > (best?.saved ?? 0)) best = { change: next, saved };
    }
    return best?.change;
  }

  /** Changes to try: an axis of a temporary comes last, alone or with all that moves with it. */
  *#changes(): Generator<Innermost> {
    for (const [name, shape] of this.#shapes) {
      if (shape.length < 2) continue;
      for (const [axis, extent] of shape.entries()) {
        if (typicalSize(extent, this.#typical) < LEAST_STEPS) continue;
        yield new Map([[name, axis]]);
        yield this.#together(name, axis);
      }
    }
  }

  /** All temporaries that kernels touch at the same places, each with its axis that moves along. */
  #together(name: string, axis: number): Innermost {
    const found = new Map([[name, axis]]);
    for (const [tensor, at] of found) {
      for (const kernel of this.#kernels) {
        if (kernel.schedule.frame === "contract") continue;
        for (const [other, moving] of this.#beside(kernel, tensor, at)) {
          if (!found.has(other)) found.set(other, moving);
        }
      }
    }
    return found;
  }

  *#beside(kernel: Kernel, tensor: string, at: number): Generator<readonly [string, number]> {
    const touches = this.#touches.get(kernel) ?? [];
    const moving = kernel.parallel.filter((axis) =>
      touches.some((touch) => touch.tensor === tensor && unitAxis(touch, axis) === at)
    );
    for (const axis of moving) {
      for (const touch of touches) {
        const other = unitAxis(touch, axis);
        if (other !== undefined && this.#shapes.has(touch.tensor)) yield [touch.tensor, other];
      }
    }
  }

  #cost(innermost: Innermost, kernels: readonly Kernel[] = this.#kernels): number {
    return kernels.reduce((sum, kernel) => sum + this.#kernelCost(kernel, innermost), 0);
  }

  #kernelCost(kernel: Kernel, innermost: Innermost): number {
    const key = kernel.tensors.map(({ name }) => innermost.get(name) ?? "-").join();
    const known = this.#costs.get(kernel) ?? new Map<string, number>();
    this.#costs.set(kernel, known);
    const cost = known.get(key) ?? this.#costWithCopy(kernel, innermost);
    known.set(key, cost);
    return cost;
  }

  #costWithCopy(kernel: Kernel, innermost: Innermost): number {
    const plain = kernelCost(kernel, this.orderOf(innermost), this.#typical);
    return Math.min(plain, this.#copyFor(kernel, innermost)?.cost ?? Infinity);
  }

  /** The best copy of an operand that is kept in its order, if one pays. */
  #copyFor(
    kernel: Kernel,
    innermost: Innermost,
  ): { readonly copy: Copy; readonly cost: number } | undefined {
    const operands = contractOperands(kernel);
    if (kernel.schedule.frame !== "contract" || operands === undefined) return undefined;
    const orderOf = this.orderOf(innermost);
    const plain = kernelCost(kernel, orderOf, this.#typical);
    // What follows the sum would need the tensor beside its copy.
    const needed = tensorsUsed(kernel.stages.slice(1));
    let best: { readonly copy: Copy; readonly cost: number } | undefined;
    for (const { tensor, index } of [operands.lhs, operands.rhs]) {
      const shape = kernel.tensors.find(({ name }) => name === tensor)?.shape ?? [];
      if (!this.#kept.has(tensor) || needed.has(tensor) || shape.length < 2) continue;
      for (const last of shape.keys()) {
        const order = this.#orderOfCopy(kernel, { tensor, index, shape }, last, orderOf);
        const turned: OrderOf = (name) => name === tensor ? order : orderOf(name);
        const cost = kernelCost(kernel, turned, this.#typical) + copyCost(shape, this.#typical);
        if (cost > (1 - WORTH) * plain || cost >= (best?.cost ?? Infinity)) continue;
        best = { copy: { kernel, tensor, order }, cost };
      }
    }
    return best;
  }

  /** A copy's order: as the sums go through the other operand, from far to near; `last` comes last. */
  #orderOfCopy(
    kernel: Kernel,
    copied: Pick<Touch, "tensor" | "index" | "shape">,
    last: number,
    orderOf: OrderOf,
  ): readonly number[] {
    const [sum] = kernel.stages;
    const over = sum?.kind === "reduce" ? sum.over : [];
    const others = touchesOf(kernel.stages.slice(0, 1), kernel.tensors)
      .filter(({ tensor }) => tensor !== copied.tensor)
      .map((touch) => affine(positionOf(touch, orderOf(touch.tensor)))?.strides);
    const distance = (at: number): number => {
      const axis = over.find((each) => unitAxis(copied, each) === at);
      const stride = axis === undefined ? undefined : others[0]?.get(axis.name);
      return stride === undefined ? Infinity : typicalSize(stride, this.#typical);
    };
    const rest = [...copied.shape.keys()].filter((axis) => axis !== last);
    return [...rest.toSorted((a, b) => compare(distance(b), distance(a))), last];
  }
}

/** The sign of `a − b`, also where both are infinite. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

/** Chooses. */
export function chooseLayouts(module: CompiledModule, typical: DimValues): Layouts {
  const chooser = new Chooser(module, typical);
  const innermost = chooser.innermost();
  const orderOf = chooser.orderOf(innermost);
  const orders = new Map(
    [...innermost.keys()].flatMap((name) => {
      const order = orderOf(name);
      const isOther = order?.some((axis, i) => axis !== i) ?? false;
      return order === undefined || !isOther ? [] : [[name, order] as const];
    }),
  );
  return { orders, copies: chooser.copies(innermost) };
}
