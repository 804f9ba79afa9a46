/**
 * Inputs and parameters: how they are declared, and the tensors that a declaration's functions receive.
 *
 * @module
 */
import { type ByteOptions, type ByteSource, byteSource } from "./byte_source.ts";
import { type Shape, showShape } from "./dim.ts";
import { DeclarationError, showValue } from "./errors.ts";
import { handle, type Numeric, type Tensor } from "./handle.ts";
import type { Initial, Initialiser } from "./initial.ts";
import { make } from "./intern.ts";
import { checkName } from "./names.ts";
import type { Node } from "./ops.ts";
import { isRecordOf, type OptionRule } from "./options.ts";
import { at, Site } from "./provenance.ts";

/** What a declaration may stand for: anything, or only what a caller gives. */
export type Use = "any" | "input";

/** What must stand before `.fromBytes()`: a tensor with a row for each sample; else a text that none is. */
export type HasRows<S extends Shape> = S extends readonly []
  ? "a tensor of shape [] has no rows to draw"
  : unknown;

/** Bytes can be divided into numbers of f32; as whole numbers they stay what they are. */
export type BytesAs<T extends Numeric> = T extends "f32" ? ByteOptions
  : { readonly divideBy?: never };

/** The shape, element type and first values of an input or a parameter. */
export interface TensorDeclaration<
  S extends Shape = Shape,
  T extends Numeric = Numeric,
  U extends Use = Use,
> {
  /** One extent per axis, outermost first. */
  readonly shape: S;
  /** The type of each element. */
  readonly dtype: T;
  /** `input` once something has been said that holds of inputs only. */
  readonly use: U;
  /** The first values of a parameter. */
  readonly initial?: Initial;
  /** The bytes that an input is drawn from. */
  readonly bytes?: ByteSource;
  /** True for an input that holds many exact zeros. */
  readonly mostlyZero?: true;
  /** The same, with first values. */
  init(initialiser: Initialiser): TensorDeclaration<S, T, U>;
  /** The same, with elements of u32. */
  u32(): TensorDeclaration<S, "u32", U>;
  /** The same, with elements of i32. */
  i32(): TensorDeclaration<S, "i32", U>;
  /**
   * The same, for an input of a model that is drawn from bytes: a table of them stays in the device's
   * memory, one row per sample, and the model's program `draw` takes the rows of a batch from it.
   *
   * ```ts
   * import { dim } from "./dim.ts";
   * import { tensor } from "./declare.ts";
   * const pixels = tensor(dim("B"), 784).fromBytes({ divideBy: 255 });
   * if (pixels.bytes?.divisor !== 255) throw new Error();
   * ```
   *
   * @throws {DeclarationError} if the tensor has no axes, or if the divisor is no positive number
   */
  fromBytes(this: HasRows<S>, options?: BytesAs<T>): TensorDeclaration<S, T, "input">;
  /**
   * The same, for an input of which many elements are exactly 0. A promise about speed, never about
   * values: products may skip zeros where that pays, and are right for any values.
   */
  sparse(): TensorDeclaration<S, T, "input">;
}

/** What the words of a declaration have said so far. */
type Said = Pick<TensorDeclaration, "initial" | "bytes" | "mostlyZero">;

const sites = new WeakMap<TensorDeclaration, Site>();

function declaration<S extends Shape, T extends Numeric, U extends Use>(
  shape: S,
  dtype: T,
  use: U,
  said: Said = {},
): TensorDeclaration<S, T, U> {
  const declared: TensorDeclaration<S, T, U> = {
    shape,
    dtype,
    use,
    ...said,
    init: (initialiser) =>
      declaration(shape, dtype, use, { ...said, initial: firstValues(initialiser, shape) }),
    u32: () => declaration(shape, "u32", use, said),
    i32: () => declaration(shape, "i32", use, said),
    fromBytes: (options = {}) =>
      declaration(shape, dtype, "input", { ...said, bytes: rowsOfBytes(shape, options) }),
    sparse: () => declaration(shape, dtype, "input", { ...said, mostlyZero: true }),
  };
  sites.set(declared, Site.here());
  return declared;
}

function rowsOfBytes(shape: Shape, options: ByteOptions): ByteSource {
  if (shape.length === 0) {
    throw new DeclarationError(
      "Cannot draw a tensor of shape [] from bytes: a batch is rows of a table, one per sample; " +
        "give the tensor an axis for them, as in tensor(B).fromBytes()",
    );
  }
  return byteSource(`tensor${showShape(shape)}`, options);
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
export function tensor<const S extends Shape>(...shape: S): TensorDeclaration<S, "f32", "any"> {
  return declaration(shape, "f32", "any");
}

/** Inputs or parameters by name. */
export type Declarations = Readonly<Record<string, TensorDeclaration>>;
/** Parameters by name: none of them is drawn from bytes, or promised to be sparse. */
export type ParameterDeclarations = Readonly<
  Record<string, TensorDeclaration<Shape, Numeric, "any">>
>;
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

/** What the declarations of a layer may stand for. */
export type LeafRole = "input" | "parameter" | "state";

function leaf(name: string, role: LeafRole, declared: TensorDeclaration): Node {
  checkName(name, role);
  checkUse(name, role, declared);
  const { shape, dtype, initial, bytes, mostlyZero } = declared;
  const attrs = {
    name,
    role,
    shape,
    dtype,
    ...(initial === undefined ? {} : { initial }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(mostlyZero === undefined ? {} : { sparse: mostlyZero }),
  };
  const site = sites.get(declared);
  return at(site === undefined ? [] : [site], () => make("input", attrs));
}

function checkUse(
  name: string,
  role: LeafRole,
  { dtype, bytes, mostlyZero }: TensorDeclaration,
): void {
  const refuse = (as: string, why: string): never => {
    throw new DeclarationError(`Cannot declare the ${role} ${name} ${as}: ${why}`);
  };
  if (role !== "input" && bytes !== undefined) {
    refuse("from bytes", "only inputs are drawn, parameters are trained; leave fromBytes() out");
  }
  if (role !== "input" && mostlyZero !== undefined) {
    refuse("as sparse", "training leaves no exact zeros in a parameter; leave sparse() out");
  }
  if (dtype !== "f32" && bytes !== undefined && bytes.divisor !== 1) {
    refuse(
      `of ${dtype} from bytes divided by ${bytes.divisor}`,
      "whole numbers are the bytes themselves; write fromBytes()",
    );
  }
}

/** Makes the leaves of some declarations, and typed handles on them. */
export function leaves<D extends Declarations>(
  role: LeafRole,
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
