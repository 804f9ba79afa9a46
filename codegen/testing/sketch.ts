/**
 * Random programs as data that fast-check makes, runs again and shrinks: a sketch is a list of steps, each
 * an op or an idiom and some numbers, from which a layer or a model is drawn.
 *
 * @module
 */
import fc from "fast-check";
import type { LayerDeclaration } from "../../dsl/declare.ts";
import { type DimValues, sameExtent } from "../../dsl/dim.ts";
import { DeclarationError } from "../../dsl/errors.ts";
import { make } from "../../dsl/intern.ts";
import type { ModelDeclaration } from "../../dsl/model.ts";
import { ELEMENTWISE, type Node } from "../../dsl/ops.ts";
import { adam } from "../../dsl/optimizers/adam.ts";
import { sgd } from "../../dsl/optimizers/sgd.ts";
import { number, spread, sumOver } from "../graph/build.ts";
import { B, Draft } from "./draft.ts";
import { outputGradient } from "./gradient_check.ts";
import { GROWTH } from "./growth.ts";
import { IDIOMS } from "./idioms.ts";
import { leavesOf, type Range } from "./random_values.ts";

/** A step of a sketch: what is made, and what for. */
export interface Step {
  readonly make: string;
  readonly choices: readonly number[];
}

/** Where the elements of leaves lie; `whole` are few whole numbers, so that many are equal. */
export type Values = "any" | "positive" | "whole" | "wide";

/** A random program with what it is tried at. */
export interface Sketch {
  readonly steps: readonly Step[];
  readonly dims: DimValues;
  readonly values: Values;
  /** Of the elements of leaves. */
  readonly seed: number;
  /** Whether rewriting may use its rules. */
  readonly rewritten: boolean;
}

/** What a step may make. */
const MAKERS: ReadonlyMap<string, (draft: Draft) => Node | undefined> = new Map([
  ...Object.entries(GROWTH),
  ...Object.entries(IDIOMS),
]);

/** How often a step is made, beside 2: functions of elements are many, and what takes bools wants to be used. */
const WEIGHTS: ReadonlyMap<string, number> = new Map([
  ...ELEMENTWISE.map((op): [string, number] => [op, 1]),
  ["greaterEqual", 3],
  ["notEqual", 3],
  ["minimum", 2],
  ["overlapAdd", 3],
  ["cast", 4],
  ["select", 8],
  ["not", 2],
  ["and", 3],
  ["or", 3],
]);

/** A choice: small numbers, which stand for new values and for simple ones, more often than others. */
const choice = fc.oneof(
  { arbitrary: fc.constant(0), weight: 3 },
  { arbitrary: fc.nat(3), weight: 3 },
  { arbitrary: fc.nat(999), weight: 2 },
);

const step: fc.Arbitrary<Step> = fc.record({
  // A step is left out or kept: as another op it would be another program.
  make: fc.noShrink(
    fc.oneof(...[...MAKERS.keys()].map((name) => ({
      arbitrary: fc.constant(name),
      weight: WEIGHTS.get(name) ?? 2,
    }))),
  ),
  choices: fc.array(choice, { minLength: 8, maxLength: 8 }),
});

/** Three of these are seldom short, as one list often is, and can still become so when they shrink. */
const part = fc.array(step, { maxLength: 7, size: "max" });

const size = fc.constantFrom(1, 2, 3, 4, 5, 7, 13);

/** Random programs. */
export const SKETCHES: fc.Arbitrary<Sketch> = fc.record({
  steps: fc.tuple(part, part, part).map((parts) => parts.flat()),
  dims: fc.record({ B: size, K: size, n: fc.constantFrom(1, 2, 3) }),
  values: fc.constantFrom<Values>("any", "positive", "whole", "wide"),
  seed: fc.noShrink(fc.nat(1e6)),
  rewritten: fc.oneof({ arbitrary: fc.constant(true), weight: 4 }, fc.constant(false)),
});

/** Some random programs; the same for the same seed. */
export function sketches(count: number, seed: number): readonly Sketch[] {
  return fc.sample(SKETCHES, { numRuns: count, seed });
}

/** The value that a sketch ends with. */
export function outputOf({ steps, dims }: Sketch): Node {
  const draft = new Draft(dims);
  for (const { make, choices } of steps) {
    draft.begin(choices);
    try {
      const value = MAKERS.get(make)?.(draft);
      if (value !== undefined) draft.keep(value);
    } catch (error) {
      // Where extents have no sum or no quotient, a step is left out.
      if (!(error instanceof DeclarationError)) throw error;
    }
  }
  return draft.result;
}

/** The layer of a sketch. */
export function layerOf(sketch: Sketch): LayerDeclaration {
  const output = outputOf(sketch);
  const leaves = leavesOf([output]);
  return {
    kind: "layer",
    name: "random",
    doc: "",
    inputs: leaves.filter((leaf) => leaf.attrs.role === "input"),
    params: leaves.filter((leaf) => leaf.attrs.role === "parameter"),
    state: [],
    output,
    update: new Map(),
    outputGradient: outputGradient(output),
    backward: new Map(),
    typical: sketch.seed % 2 === 0 ? {} : { B: 64, K: 96, n: 4 },
    provenances: new Map(),
  };
}

/** A model whose loss is the sum of a sketch's value, for each of B samples; some inputs are drawn. */
export function modelOf(sketch: Sketch): ModelDeclaration {
  const { inputs, params, output } = layerOf(sketch);
  const perSample = (value: Node): Node =>
    spread(sumOver(value, value.shape.map((_, axis) => axis)), [B]);
  return {
    kind: "model",
    name: "random",
    doc: "",
    inputs: inputs.map(drawn),
    params,
    half: false,
    lossScale: 1,
    frozen: new Set(),
    state: [],
    updates: new Map(),
    outputs: new Map([["logits", output]]),
    loss: make("mul", {}, [perSample(output), spread(number(0.5), [B])]),
    metrics: new Map([["squared", perSample(make("mul", {}, [output, output]))]]),
    optimizer: sketch.seed % 2 === 0 ? adam() : sgd(),
    names: new Map(),
    typical: {},
    provenances: new Map(),
  };
}

/** An input that has a row for each sample is drawn from bytes. */
function drawn(input: Node): Node {
  const [batch = 1] = input.shape;
  return input.op === "input" && input.dtype === "f32" && sameExtent(batch, B)
    ? make("input", { ...input.attrs, bytes: { divisor: 3 } })
    : input;
}

/** The ranges of values by name. */
export const RANGES: { readonly [V in Values]: Range } = {
  any: { low: -1, high: 1, below: 10 },
  positive: { low: 0.1, high: 1, below: 10 },
  whole: { low: -2, high: 3, below: 3 },
  wide: { low: -4, high: 4, below: 10 },
};
