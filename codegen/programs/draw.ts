/** The program that draws a batch of a model's inputs from tables of bytes. @module */
import { type ByteSource, ORDER, SAMPLES, START, tableName } from "../../dsl/byte_source.ts";
import type { Extent } from "../../dsl/dim.ts";
import { make } from "../../dsl/intern.ts";
import { isDrawn, type ModelDeclaration } from "../../dsl/model.ts";
import type { Node } from "../../dsl/ops.ts";
import { causedBy } from "../../dsl/provenance.ts";
import { number, spread } from "../graph/build.ts";
import { type Graph, isOp, type Result } from "../graph/graph.ts";

/** The number of samples in the tables. */
const samples: Extent = { name: SAMPLES };

/**
 * The program `draw`, if an input is declared to come from bytes: each such input `x` gets the rows of
 * its table that the order of samples names from `start` on,
 * `x[b, …] = x_data[order[b + start], …] / divisor`. What stands in the order has to be below `samples`.
 */
export function drawProgram(model: ModelDeclaration): Graph | undefined {
  const drawn = model.inputs.filter(isDrawn);
  if (drawn.length === 0) return undefined;
  return {
    name: "draw",
    layer: model.name,
    results: drawn.flatMap((input): readonly Result[] => {
      if (!isOp(input, "input") || input.attrs.bytes === undefined) return [];
      const { name, bytes } = input.attrs;
      const node = causedBy([input], () => drawnValue(input, name, bytes));
      return [{ name, node, target: input }];
    }),
    names: new Map(),
    // The last place from which there are as many samples as a batch has.
    limits: new Map([[START, make("sub", {}, [sizeOf(samples), sizeOf(batchOf(drawn))])]]),
  };
}

const sizeOf = (extent: Extent): Node => make("size", { extent });

/** All drawn inputs have the batch as their first axis. */
function batchOf([first]: readonly Node[]): Extent {
  return first?.shape[0] ?? 1;
}

function drawnValue(input: Node, name: string, { divisor }: ByteSource): Node {
  const [batch = 1, ...row] = input.shape;
  const table = make("input", {
    name: tableName(name),
    role: "input",
    shape: [samples, ...row],
    dtype: "u32",
    storage: "u8",
  });
  const bytes = make("gather", {}, [table, chosenSamples(batch)]);
  if (input.dtype === "u32") return bytes;
  const value = make("cast", { dtype: "f32" }, [bytes]);
  return divisor === 1 ? value : make("div", {}, [value, spread(number(divisor), input.shape)]);
}

/** `order[b + start]` for each b of the batch. */
function chosenSamples(batch: Extent): Node {
  const order = make("input", { name: ORDER, role: "input", shape: [samples], dtype: "u32" });
  const start = make("input", { name: START, role: "scalar", shape: [], dtype: "u32" });
  const places = make("add", {}, [make("iota", { extent: batch }), spread(start, [batch])]);
  return make("gather", {}, [order, places]);
}
