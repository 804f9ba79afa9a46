/**
 * Sizes in Python: each dim is read from the shape of a tensor that has it.
 *
 * @module
 */
import { type Extent, type Factors, factors, type Shape, showExtent } from "../../../dsl/dim.ts";
import { atom, infix, LEVELS, type PythonText, RESERVED } from "./language.ts";

/** The name of a dim in Python: its own, unless that is a word of the language. */
export const dimName = (dim: string): string => RESERVED.has(dim) ? `${dim}_` : dim;

/** An extent taken apart, its dims by their names in Python. */
export function factorsOf(extent: Extent): Factors {
  const { coefficient, symbols } = factors(extent);
  return { coefficient, symbols: symbols.map(dimName) };
}

/** A tensor whose shape is known when a function is called. */
export interface Shaped {
  /** As the function calls it. */
  readonly name: string;
  readonly shape: Shape;
}

/** Dims that a function knows, and how. */
export interface BoundDims {
  /** Lines of Python by the dims that they bind, in an order in which each needs only earlier ones. */
  readonly lines: readonly { readonly dims: readonly string[]; readonly text: string }[];
  /** Dims that no shape tells. */
  readonly unknown: readonly string[];
}

/**
 * Finds the sizes of dims in the shapes of tensors: from an axis that is a dim, or else from one that is a
 * product of which all else is known.
 *
 * @param wanted the dims to find
 */
export function bindDims(tensors: readonly Shaped[], wanted: ReadonlySet<string>): BoundDims {
  const known = new Set<string>();
  const lines: { dims: readonly string[]; text: string }[] = [];
  for (const { name, shape } of tensors) {
    const dims = shape.map(soleDim);
    const fresh = dims.filter((dim) => dim !== undefined && !known.has(dim) && wanted.has(dim));
    if (fresh.length === 0) continue;
    const isWhole = dims.every((dim) => dim !== undefined) && new Set(dims).size === dims.length;
    if (isWhole && dims.length > 1 && fresh.length === dims.length) {
      lines.push({
        dims: dims.flatMap((dim) => dim ?? []),
        text: `${dims.join(", ")} = ${name}.shape`,
      });
    } else {
      dims.forEach((dim, axis) => {
        if (dim === undefined || !fresh.includes(dim) || known.has(dim)) return;
        lines.push({ dims: [dim], text: `${dim} = ${name}.shape[${axis}]` });
        known.add(dim);
      });
    }
    for (const dim of fresh) if (dim !== undefined) known.add(dim);
  }
  lines.push(...quotients(tensors, wanted, known));
  return { lines, unknown: [...wanted].filter((dim) => !known.has(dim)) };
}

/** Dims that are what is left of an axis when all other factors are taken out. */
function quotients(
  tensors: readonly Shaped[],
  wanted: ReadonlySet<string>,
  known: Set<string>,
): BoundDims["lines"] {
  const lines: { dims: readonly string[]; text: string }[] = [];
  const axes = tensors.flatMap(({ name, shape }) =>
    shape.map((extent, axis) => ({ text: `${name}.shape[${axis}]`, ...factorsOf(extent) }))
  );
  for (let found = true; found;) {
    found = false;
    for (const { text, coefficient, symbols } of axes) {
      const open = symbols.filter((symbol) => !known.has(symbol));
      const [dim] = open;
      if (open.length !== 1 || dim === undefined || !wanted.has(dim)) continue;
      const others = symbols.filter((symbol) => symbol !== dim);
      const parts = [...(coefficient === 1 ? [] : [String(coefficient)]), ...others];
      const divisor = parts.length > 1 ? `(${parts.join(" * ")})` : parts.join("");
      lines.push({ dims: [dim], text: `${dim} = ${text} // ${divisor}` });
      known.add(dim);
      found = true;
    }
  }
  return lines;
}

function soleDim(extent: Extent): string | undefined {
  const { coefficient, symbols } = factorsOf(extent);
  return coefficient === 1 && symbols.length === 1 ? symbols[0] : undefined;
}

/** An extent as an expression of bound dims. */
export function extentText(extent: Extent): PythonText {
  const { coefficient, symbols } = factorsOf(extent);
  const parts = [
    ...(coefficient === 1 && symbols.length > 0 ? [] : [String(coefficient)]),
    ...symbols,
  ];
  return parts.map(atom).reduce((product, part) => infix("*", LEVELS.product, product, part));
}

/** A shape as comments write it. */
export const shapeText = (shape: Shape): string => `[${shape.map(showExtent).join(", ")}]`;
