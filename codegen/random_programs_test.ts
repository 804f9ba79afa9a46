import assert from "node:assert/strict";
import type { DimValues } from "../dsl/dim.ts";
import { type Compilation, compile } from "./pipeline.ts";
import { printGraph } from "./graph/print.ts";
import { printKernel } from "./kernel/print.ts";
import { compare } from "./targets/wasm/reference_run.ts";
import { elementsBelow, randomLayer, randomModel } from "./testing/random_declarations.ts";
import { kernelDifference, SCALARS } from "./testing/run_kernels.ts";
import { seeded } from "./testing/random_values.ts";

/** How many programs are tried; more with `deno test … -- 10000`. */
const PROGRAMS = Number(Deno.args[0] ?? 150);

/** Float32 beside float64, relative to 1 and to the value. */
const SINGLE = 1e-3;

/** A compiled random declaration, sizes for it, and random numbers that follow from its seed. */
interface Trial {
  readonly compilation: Compilation;
  readonly dims: DimValues;
  readonly next: () => number;
}

/** Compiles the random declaration of a seed; `undefined` for one that is too large to interpret. */
function trial(kind: "layer" | "model", seed: number): Trial | undefined {
  const next = seeded(seed);
  const declaration = kind === "layer" ? randomLayer(next) : randomModel(next);
  const value = declaration.kind === "layer" ? declaration.output : declaration.loss;
  const size = (least: number) => least + Math.floor(next() * 3);
  // Random indices are below ten, and a batch of three is drawn from the second place on.
  const dims = { B: size(1), K: size(1), n: size(1), samples: 12 };
  if (elementsBelow(value, dims) > 1500) return undefined;
  return { compilation: compile(declaration), dims, next };
}

/** The programs of a compilation as a reader wants to see them when something is wrong. */
function show({ stages }: Compilation): string {
  return stages.flatMap(({ source, program }) => [
    `${source.name}:`,
    printGraph(source),
    ...program.kernels.map(printKernel),
  ]).join("\n");
}

for (const kind of ["layer", "model"] as const) {
  Deno.test(`the kernels of a random ${kind} compute what it declares, in the memory planned`, () => {
    for (let seed = 1; seed <= PROGRAMS; seed++) {
      const tried = trial(kind, seed);
      if (tried === undefined) continue;
      const { compilation, dims, next } = tried;
      const found = kernelDifference(compilation, dims, next);
      assert.equal(
        found,
        undefined,
        `${kind} ${seed} with ${JSON.stringify(dims)}\n${show(compilation)}`,
      );
    }
  });

  Deno.test(`WebAssembly computes what the kernels of a random ${kind} mean`, async () => {
    for (let seed = 1; seed <= PROGRAMS / 5; seed++) {
      const tried = trial(kind, seed);
      if (tried === undefined) continue;
      const { module } = tried.compilation;
      for (const program of module.programs) {
        await compare({ ...module, programs: [program] }, tried.dims, SINGLE, { scalars: SCALARS });
      }
    }
  });
}
