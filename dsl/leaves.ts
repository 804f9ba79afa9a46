/**
 * Inputs and parameters: how they are declared, and the tensors that a declaration's functions receive.
 *
 * @module
 */
import type { Shape } from "./dim.ts";
import { DeclarationError, showValue } from "./errors.ts";
import { handle, type Numeric, type Tensor } from "./handle.ts";
import type { Initial, Initialiser } from "./initial.ts";
import { make } from "./intern.ts";
import { checkName } from "./names.ts";
import type { Node } from "./ops.ts";
import { isRecordOf, type OptionRule } from "./options.ts";

/** The shape, element type and first values of an input or a parameter. */
export interface TensorDeclaration<S extends Shape = Shape, T extends Numeric = Numeric> {
  /** One extent per axis, outermost first. */
  readonly shape: S;
  /** The type of each element. */
  readonly dtype: T;
  /** The first values of a parameter. */
  readonly initial?: Initial;
  /** The same, with first values. */
  init(initialiser: Initialiser): TensorDeclaration<S, T>;
  /** The same, with elements of u32. */
  u32(): TensorDeclaration<S, "u32">;
}

function declaration<S extends Shape, T extends Numeric>(
  shape: S,
  dtype: T,
  initial?: Initial,
): TensorDeclaration<S, T> {
  return {
    shape,
    dtype,
    ...(initial === undefined ? {} : { initial }),
    init: (initialiser) => declaration(shape, dtype, firstValues(initialiser, shape)),
    u32: () => declaration(shape, "u32", initial),
  };
}

function firstValues(initialiser: Initialiser, shape: Shape): Initial {
  const initial = typeof initialiser === "function" ? initialiser(shape) : undefined;
  if (typeof initial !== "object" || !("kind" in initial)) {
    throw new DeclarationError(
      `Cannot initialise a tensor by ${
        showValue(initialiser)
      }: wanted an initialiser; write init(zeros()) or init(lecunNormal())`,
    );
  }
  return initial;
}

/**
 * Declares an input or a parameter of f32 with this shape.
 *
 * ```ts
 * import { dim } from "./dim.ts";
 * import { tensor } from "./declare.ts";
 * import { zeros } from "./initial.ts";
 * const b = tensor(dim("O")).init(zeros());
 * if (b.initial?.kind !== "constant") throw new Error();
 * ```
 */
export function tensor<const S extends Shape>(...shape: S): TensorDeclaration<S, "f32"> {
  return declaration(shape, "f32");
}

/** Inputs or parameters by name. */
export type Declarations = Readonly<Record<string, TensorDeclaration>>;
/** The tensor that a declaration of one stands for. */
export type HandleOf<D> = D extends TensorDeclaration<infer S, infer T> ? Tensor<S, T> : never;
/** The tensors that a function of a declaration receives, by name. */
export type Handles<D extends Declarations> = { readonly [N in keyof D]: HandleOf<D[N]> };

const isDeclaration = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "shape" in value && "init" in value;

/** The rule of an option that declares leaves. */
export const leavesLike = (wanted: string, required: boolean): OptionRule => ({
  required,
  wanted: `tensors by name, such as ${wanted}`,
  fits: (value) => isRecordOf(value, isDeclaration),
});

function leaf(name: string, role: "input" | "parameter", declared: TensorDeclaration): Node {
  checkName(name, role);
  return make("input", {
    name,
    role,
    shape: declared.shape,
    dtype: declared.dtype,
    ...(declared.initial === undefined ? {} : { initial: declared.initial }),
  });
}

/** Makes the leaves of some declarations, and typed handles on them. */
export function leaves<D extends Declarations>(
  role: "input" | "parameter",
  declarations: D,
): { nodes: Node[]; handles: Handles<D> } {
  const made = Object.entries(declarations).map(([name, each]) =>
    [name, leaf(name, role, each)] as const
  );
  const handles = Object.fromEntries(made.map(([name, node]) => [name, handle(node)]));
  // Each handle was made from the declaration of the same name.
  return { nodes: made.map(([, node]) => node), handles: handles as Handles<D> };
}

/** The same tensors; asking for one that is not among them is an error that lists them. */
export function withoutOthers<H extends object>(handles: H): H {
  return new Proxy(handles, {
    get(target, name, receiver): unknown {
      if (typeof name === "string" && !Object.hasOwn(target, name)) {
        throw new DeclarationError(
          `Cannot find a tensor "${name}": it is none of ${
            Object.keys(target).join(", ")
          }; correct the name, or declare it`,
        );
      }
      return Reflect.get(target, name, receiver);
    },
  });
}
