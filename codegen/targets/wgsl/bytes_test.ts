import assert from "node:assert/strict";
import { loops, moduleOf, tensor } from "../../kernel/sample_kernels.ts";
import { drawing } from "../../kernel/sample_programs.ts";
import { WGSL } from "./target.ts";
import { SOURCE } from "../../testing/source.ts";

/** The text of a kernel that draws `B` rows from `samples`, 10 wide, from the uniform `start` on. */
async function textOf(place: number): Promise<string> {
  const kernel = drawing({ name: "B" }, { name: "samples" }, 10)[place];
  assert.ok(kernel !== undefined);
  const module = moduleOf([kernel], {
    fixedDims: ["samples"],
    callDims: ["B"],
    uniforms: [{ name: "start", type: "u32", value: { kind: "scalar", name: "start" } }],
  });
  const { files } = await WGSL.emit(module, SOURCE);
  return String(files[0]?.content);
}

/** The text between two marks. */
function between(text: string, from: string, to: string): string {
  const start = text.indexOf(from);
  return text.slice(start, text.indexOf(to, start));
}

Deno.test("bytes lie four to a word, and a function takes them out", async () => {
  assert.equal(
    between(await textOf(0), "@group(0)", "@compute"),
    `@group(0) @binding(0) var<storage, read> pixels: array<u32>; // [samples, 10] bytes
@group(0) @binding(1) var<storage, read> order: array<u32>; // [samples]
@group(0) @binding(2) var<storage, read_write> x: array<f32>; // [B, 10]
@group(0) @binding(3) var<uniform> uniforms: Uniforms;

// Four bytes share a word, the first one in its lowest bits.
fn pixels_at(place: u32) -> u32 { return (pixels[place / 4u] >> (8u * (place % 4u))) & 255u; }

`,
  );
});

Deno.test("an index that data decide is part of the place of an element", async () => {
  assert.match(
    await textOf(0),
    /^ {2}x\[b \* 10u \+ i\] = f32\(pixels_at\(order\[b \+ uniforms\.start\] \* 10u \+ i\)\) \/ 255\.0;$/m,
  );
  assert.match(
    await textOf(1),
    /^ {2}label\[b\] = digits_at\(order\[b \+ uniforms\.start\]\);$/m,
  );
});

Deno.test("a function that takes bytes out has a name of its own", async () => {
  const [bytes, other] = [tensor("a", "read", [8], "u8"), tensor("a_at", "write", [8], "u32")];
  const i = { name: "i", extent: 8 };
  const kernel = loops({
    name: "copy",
    tensors: [bytes, other],
    parallel: [i],
    stages: [{
      kind: "store",
      tensor: "a_at",
      index: [{ kind: "axis", axis: i }],
      value: { kind: "load", type: "u32", tensor: "a", index: [{ kind: "axis", axis: i }] },
    }],
  }, "map");
  const { files } = await WGSL.emit(moduleOf([kernel]), SOURCE);
  const text = String(files[0]?.content);
  assert.match(text, /^fn a_at_2\(place: u32\)/m);
  assert.match(text, /^ {2}a_at\[i\] = a_at_2\(i\);$/m);
});
