/**
 * Layers with options beside their sizes, and layers that are declared for the shapes they meet.
 *
 * @module
 */
import { applyLayer, type Layer, type LayerDeclaration, type LayerUse } from "./declare.ts";
import type { Extent, Shape } from "./dim.ts";
import { showShape } from "./dim.ts";
import { DeclarationError, showValue } from "./errors.ts";
import { isTensor, nodeOf, type Tensor } from "./handle.ts";
import { isRecordOf, type OptionRule } from "./options.ts";

/** What one option must be, and its value where it is left out. */
export interface LayerOption<T> extends OptionRule {
  readonly default: T;
}

/** The options of a layer by name. */
export type LayerOptionRules<O> = { readonly [N in keyof O]: LayerOption<O[N]> };

/** A layer that takes options beside its sizes: `leakyRelu({ slope: 0.2 })`. */
export interface LayerWithOptions<O extends object> extends LayerDeclaration {
  /** Binds options and dims by name; options that are left out have their defaults. */
  (given?: Partial<O> & Readonly<Record<string, unknown>>): LayerUse;
}

/**
 * A layer with options: itself the declaration for the defaults, and called with others the use of a
 * declaration for these.
 *
 * ```ts
 * import { defineLayer, dim, layerWithOptions, mul, numberOption, tensor } from "./mod.ts";
 * const scale = layerWithOptions({ factor: numberOption(2, 0, 100) }, ({ factor }) =>
 *   defineLayer({
 *     name: "scale",
 *     inputs: { x: tensor(dim("N")) },
 *     forward: ({ x }) => mul(x, factor),
 *   }));
 * if (scale.name !== "scale" || scale({ factor: 3 }).layer.output === scale.output) throw new Error();
 * ```
 *
 * @throws {DeclarationError} where it is called with an option of a wrong kind, or a size that is no dim
 */
export function layerWithOptions<O extends object>(
  rules: LayerOptionRules<O>,
  declare: (options: O) => Layer,
): LayerWithOptions<O> {
  const named: readonly (readonly [string, LayerOption<unknown>])[] = Object.entries(rules);
  const declared = new Map<string, Layer>();
  const withValues = (values: readonly unknown[]): Layer => {
    const key = JSON.stringify(values);
    const known = declared.get(key);
    if (known !== undefined) return known;
    const options = Object.fromEntries(named.map(([name], i) => [name, values[i]]));
    // One value for each name of `O`, which its rule accepts.
    const layer = declare(options as O);
    declared.set(key, layer);
    return layer;
  };
  const standard = withValues(named.map(([, rule]) => rule.default));
  const use = (given: Readonly<Record<string, unknown>> = {}): LayerUse => {
    // The layer itself tells what is wrong with anything but a record.
    if (!isRecordOf(given, () => true) || isTensor(given)) {
      return standard(given as Readonly<Record<string, Extent>>);
    }
    const values = named.map(([name, rule]) => optionOf(standard.name, name, rule, given[name]));
    const sizes = Object.entries(given).filter(([name]) => !Object.hasOwn(rules, name));
    // What is no option is a size, which the layer checks.
    return withValues(values)(Object.fromEntries(sizes) as Readonly<Record<string, Extent>>);
  };
  const { kind, name, doc, inputs, params, state, output, update, outputGradient, provenances } =
    standard;
  const declaration: LayerDeclaration = {
    kind,
    name,
    doc,
    inputs,
    params,
    state,
    output,
    update,
    outputGradient,
    backward: standard.backward,
    ...(standard.unverified === undefined ? {} : { unverified: standard.unverified }),
    typical: standard.typical,
    provenances,
  };
  // A function's own `name` is read-only and must give way to the layer's.
  for (const [key, value] of Object.entries(declaration)) {
    Object.defineProperty(use, key, { value, enumerable: true });
  }
  return use as LayerWithOptions<O>;
}

function optionOf(
  layer: string,
  name: string,
  { default: own, wanted, fits }: LayerOption<unknown>,
  given: unknown,
): unknown {
  if (given === undefined) return own;
  if (fits(given)) return given;
  throw new DeclarationError(
    `Cannot use layer "${layer}" with ${name} = ${showValue(given)}: it must be ${wanted}`,
  );
}

/** An option that is a number from `least` to `most`. */
export function numberOption(own: number, least: number, most: number): LayerOption<number> {
  return {
    default: own,
    wanted: Number.isFinite(most)
      ? `a number from ${least} to ${most}`
      : `a number of at least ${least}`,
    fits: (value) =>
      typeof value === "number" && Number.isFinite(value) && value >= least && value <= most,
  };
}

/** An option that is yes or no. */
export function flagOption(own: boolean): LayerOption<boolean> {
  return { default: own, wanted: "true or false", fits: (value) => typeof value === "boolean" };
}

/**
 * A layer that is declared where it is applied, for the shapes of its operands, because its mathematics needs
 * their numbers: a convolution has as many places as its image has room for. Applied to several shapes it
 * shares its parameters.
 *
 * @param declare the layer for operands of these shapes, and its sizes
 */
export function layerFor(
  name: string,
  declare: (...operands: readonly Tensor[]) => {
    readonly layer: Layer;
    readonly sizes?: Readonly<Record<string, Extent>>;
  },
): (...operands: readonly Tensor[]) => Tensor<Shape, "f32"> {
  const uses = new Map<string, LayerUse>();
  const apply = (...operands: readonly Tensor[]): Tensor<Shape, "f32"> => {
    const nodes = operands.map((each) => nodeOf(`apply layer "${name}" to`, each));
    const key = nodes.map(({ shape }) => showShape(shape)).join();
    let use = uses.get(key);
    if (use === undefined) {
      const { layer, sizes = {} } = declare(...operands);
      uses.set(key, use = applyLayer(layer, sizes, apply));
    }
    return use(...operands);
  };
  return Object.defineProperty(apply, "name", { value: name });
}
