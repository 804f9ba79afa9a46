/**
 * A training step of a model, by an optimizer that needs no number of the step, on a backend, beside the float64 interpretation of what the model declares.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { DimValues } from "../../dsl/dim.ts";
import type { ModelDeclaration } from "../../dsl/model.ts";
import type { Backend, LoadedModule } from "../../runtime/backend.ts";
import type { ModuleSpec } from "../../runtime/spec.ts";
import { interpret, type Value } from "../graph/interpret.ts";
import { compile } from "../pipeline.ts";
import { leavesOf, randomLeaves, seeded } from "./random_values.ts";

/** What a step starts from: a value for each leaf by name. */
type Leaves = ReadonlyMap<string, Value>;

/** The results of a model's step by name, and what it starts from. */
function reference(model: ModelDeclaration, dims: DimValues, seed: number): {
  readonly leaves: Leaves;
  readonly wanted: Leaves;
} {
  const source = compile(model).stages.find(({ program }) => program.name === "step")?.source;
  assert.ok(source);
  const roots = source.results.map(({ node }) => node);
  const leaves = randomLeaves(leavesOf(roots), dims, seeded(seed));
  const values = interpret(roots, { dims, leaves });
  const wanted = new Map(
    source.results.flatMap(({ name }, i) => {
      const value = values[i];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
  return { leaves, wanted };
}

/** Values of a leaf as a device takes them. */
function toDevice(
  { data }: Value,
  dtype: string,
): Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> {
  return dtype === "f32" ? Float32Array.from(data) : Uint32Array.from(data);
}

/** Writes NaN to all that a step makes. */
function poison(loaded: LoadedModule, dims: DimValues): void {
  for (const [name, tensor] of Object.entries(loaded.spec.tensors)) {
    if (tensor.dtype !== "f32" || (tensor.kind !== "temporary" && tensor.kind !== "output")) {
      continue;
    }
    const count = tensor.shape(dims).reduce((a, b) => a * b, 1);
    loaded.write(name, new Float32Array(count).fill(NaN));
  }
}

/** What a step leaves in memory, as it lies there. */
export type Kept = ReadonlyMap<string, ArrayLike<number>>;

/** Runs one step from random values and reads all that it changes. */
export async function runStep(
  backend: Backend,
  module: ModuleSpec,
  model: ModelDeclaration,
  dims: DimValues,
  seed: number,
): Promise<Kept> {
  const { leaves, wanted } = reference(model, dims, seed);
  const loaded = await backend.load(module, dims);
  for (const [name, tensor] of Object.entries(module.tensors)) {
    const value = leaves.get(name);
    if (value !== undefined) loaded.write(name, toDevice(value, tensor.dtype));
  }
  poison(loaded, dims);
  loaded.run("step", dims);
  const kept = new Map<string, ArrayLike<number>>();
  for (const name of wanted.keys()) kept.set(name, await loaded.read(name));
  loaded.dispose();
  return kept;
}

/** Fails where what a step has left differs from what the model declares, by more than rounding does. */
export function checkStep(
  kept: Kept,
  model: ModelDeclaration,
  dims: DimValues,
  seed: number,
  tolerance = 1e-4,
): void {
  const { wanted } = reference(model, dims, seed);
  assert.ok(wanted.size > 2);
  for (const [name, { data }] of wanted) {
    const got = kept.get(name);
    assert.equal(got?.length, data.length, `${model.name}: ${name}`);
    const scale = Math.max(1, ...data.map(Math.abs));
    data.forEach((value, i) => {
      const difference = Math.abs((got?.[i] ?? NaN) - value);
      assert.ok(
        difference <= tolerance * scale,
        `${model.name}: ${name}[${i}] is ${got?.[i]}, wanted ${value}`,
      );
    });
  }
}
