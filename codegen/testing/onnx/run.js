/**
 * Runs files of ONNX with Microsoft's runtime: reads a JSON list of { file, feeds } from standard input, where feeds are
 * { type, dims, data } by name, and writes the outputs of each in the same form.
 */
import * as ort from "onnxruntime-node";

const ARRAYS = { float32: Float32Array, int64: BigInt64Array };

async function run({ file, feeds }) {
  const session = await ort.InferenceSession.create(file);
  const tensors = Object.entries(feeds).map(([name, { type, dims, data }]) => {
    const values = type === "int64" ? data.map(BigInt) : data;
    return [name, new ort.Tensor(type, ARRAYS[type].from(values), dims)];
  });
  const outputs = await session.run(Object.fromEntries(tensors));
  return Object.fromEntries(
    Object.entries(outputs).map((
      [name, { dims, data }],
    ) => [name, { dims, data: Array.from(data, Number) }]),
  );
}

const cases = JSON.parse(await new Response(Deno.stdin.readable).text());
const results = [];
for (const each of cases) results.push(await run(each));
console.log(JSON.stringify(results));
