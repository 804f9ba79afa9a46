/** What a way to compute a contraction costs, to choose between two. @module */
import { type DimValues, evaluateExtent, product } from "../../../dsl/dim.ts";
import { accessesIn } from "../../kernel/access.ts";
import type { Axis } from "../../kernel/index_expr.ts";
import type { PanelCopy, Product } from "./product.ts";
import { type Lie, liesAlong } from "./tile_access.ts";

/** A tile, as estimates take it. */
const ROWS = 10, LANES = 16, PANEL = 32;

/** What things cost in cycles, roughly: only which of two ways is better matters. */
const COST = {
  /** A row of a tile times a vector. */
  fused: 0.5,
  /** An element that the epilogue touches beside the one before: along the columns of a tile, and along its rows. */
  touched: 0.3,
  turned: 1.2,
  scattered: 2,
} as const;

/** The same of an element that is copied to a panel. */
const COPY: { readonly [H in PanelCopy["how"]]: number } = {
  "none": 0,
  "rows": 0.2,
  "turned": 0.4,
  "turned panels": 0.4,
  "elements": 1.5,
};

/** Cycles, roughly, for sizes as given. */
export function costOf(way: Product, lie: Lie, typical: DimValues): number {
  const { rows, columns, sum, outer, inner, stride, copy, epilogue, turned } = way;
  const size = (...axes: readonly Axis[]): number =>
    Math.max(1, evaluateExtent(product(axes.map(({ extent }) => extent)), typical));
  const m = size(rows), n = size(columns), k = size(...sum);
  const outside = size(...outer), batch = outside * size(...inner);
  const filled = Math.ceil(m / ROWS) * ROWS;
  const products = batch * filled * Math.ceil(n / LANES) * k * COST.fused;
  const copies = outside * n * k * COPY[copy.how];
  const rowCopies = stride === undefined ? batch * Math.ceil(n / PANEL) * m * k : 0;
  const touches = accessesIn(epilogue, lie.tensors).length;
  const fast = liesAlong(epilogue, turned ? rows : columns, lie);
  const touch = fast * (turned ? COST.turned : COST.touched) + (touches - fast) * COST.scattered;
  return products + copies + rowCopies + batch * m * n * touch;
}
