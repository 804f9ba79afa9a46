import assert from "node:assert/strict";
import fc from "fast-check";
import type { Extent } from "../../dsl/dim.ts";
import type { Kernel, PlannedTensor, Program } from "../kernel/kernel.ts";
import { lifetimes, type MemoryPlan, planMemory } from "./memory.ts";

type Unplanned = Omit<PlannedTensor, "slot">;

const B = { name: "B" }, K = { name: "K" };

function tensor(
  name: string,
  shape: readonly Extent[],
  kind: Unplanned["kind"] = "temporary",
): Unplanned {
  return { name, dtype: "f32", shape, kind };
}

/** A program that uses these tensors, kernel by kernel. */
function program(name: string, kernels: readonly (readonly string[])[]): Program {
  const kernel = (used: readonly string[]): Kernel => ({
    name,
    layer: "",
    formula: "",
    tensors: used.map((each) => ({ ...tensor(each, []), access: "read_write" })),
    parallel: [],
    stages: [],
    schedule: { frame: "map", workgroup: 64 },
  });
  return {
    name,
    kernels: kernels.map(kernel),
    uniforms: [],
    scalars: [],
    inputs: [],
    outputs: [],
    updates: [],
  };
}

function sharing({ slots }: MemoryPlan): readonly (readonly string[])[] {
  return slots.filter((slot) => slot.length > 1);
}

Deno.test("a tensor lives from the first kernel that uses it to the last", () => {
  assert.deepEqual(lifetimes(program("p", [["a"], ["a", "b"], ["c"], ["b"]])), [
    { tensor: "a", from: 0, to: 1 },
    { tensor: "b", from: 1, to: 3 },
    { tensor: "c", from: 2, to: 2 },
  ]);
});

Deno.test("a temporary takes the slot of one that is no longer needed", () => {
  const chain = program("p", [["a"], ["a", "b"], ["b", "c"]]);
  const plan = planMemory([tensor("a", [B, K]), tensor("b", [B, K]), tensor("c", [B, K])], [chain]);
  assert.deepEqual(plan.slots, [["a", "c"], ["b"]]);
  assert.deepEqual(plan.tensors.map((each) => each.slot), [0, 1, 0]);
});

Deno.test("temporaries share only if their sizes are equal for all numbers", () => {
  const chain = program("p", [["a"], ["b"], ["c"], ["d"]]);
  const plan = planMemory([
    tensor("a", [B, K]),
    tensor("b", [{ name: "K·B" }]),
    tensor("c", [B, B]),
    tensor("d", [B, 4]),
  ], [chain]);
  assert.deepEqual(plan.slots, [["a", "b"], ["c"], ["d"]]);
});

Deno.test("temporaries that meet in one program share in none", () => {
  const apart = program("apart", [["a"], ["b"]]);
  const together = program("together", [["a", "b"]]);
  const tensors = [tensor("a", [B]), tensor("b", [B])];
  assert.deepEqual(sharing(planMemory(tensors, [apart])), [["a", "b"]]);
  assert.deepEqual(sharing(planMemory(tensors, [apart, together])), []);
});

Deno.test("what outlives a program has a slot of its own", () => {
  const kinds = ["input", "parameter", "state", "output"] as const;
  const kept = kinds.map((kind) => tensor(kind, [B], kind));
  const plan = planMemory([...kept, tensor("t", [B])], [
    program("p", [["input"], ["parameter"], ["state"], ["output"], ["t"]]),
  ]);
  assert.deepEqual(plan.slots, [["input"], ["parameter"], ["state"], ["output"], ["t"]]);
});

Deno.test("in made-up programs no two tensors of one slot are ever alive together", () => {
  const names = ["a", "b", "c", "d", "e", "f"];
  const kernel = fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 });
  const kernels = fc.array(kernel, { maxLength: 8 });
  const sizes = fc.array(fc.constantFrom<Extent>(B, K), {
    minLength: names.length,
    maxLength: names.length,
  });
  fc.assert(
    fc.property(fc.array(kernels, { maxLength: 3 }), sizes, (bodies, shapes) => {
      const programs = bodies.map((body, i) => program(`p${i}`, body));
      const plan = planMemory(names.map((name, i) => tensor(name, [shapes[i] ?? B])), programs);
      for (const each of programs) {
        const spans = lifetimes(each);
        for (const slot of plan.slots) {
          const alive = each.kernels.map((_, at) =>
            spans.filter((span) => slot.includes(span.tensor) && span.from <= at && at <= span.to)
          );
          assert.ok(alive.every((tensors) => tensors.length <= 1));
        }
      }
      assert.deepEqual(plan.slots.flat().sort(), names);
    }),
    { numRuns: 300, seed: 1 },
  );
});
