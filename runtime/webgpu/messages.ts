/**
 * Errors of kernels and runs, told with everything needed to find their cause.
 *
 * @module
 */
import { type ModuleLayout, shapeText } from "../module_layout.ts";
import type { Dims, KernelSpec, ModuleSpec, ProgramSpec, ShaderSpec } from "../spec.ts";
import { listed } from "../wording.ts";
import { declaredPlaces } from "./declared_places.ts";
import type { GpuFault } from "./error_scopes.ts";

/** A place in a shader's text; lines and columns count from 1, and 0 means unknown. */
interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** A kernel as one program of a module uses it. */
export interface KernelUse {
  readonly layout: ModuleLayout;
  readonly program: string;
  readonly kernel: KernelSpec<string>;
  readonly shader: ShaderSpec<string>;
}

/**
 * A kernel that could not be made ready, with the file, the place and the text found there, and where that was
 * declared if it is known.
 */
export async function kernelError(
  use: KernelUse,
  fault: GpuFault,
  place?: TextPlace,
): Promise<Error> {
  const { layout, program, kernel, shader } = use;
  const at = place ?? placeIn(fault.message);
  const found = at && shader.source.split("\n")[at.line - 1];
  const declared = at === undefined ? [] : await declaredPlaces(layout.spec, shader.file, at.line);
  return new Error(
    [
      `Cannot prepare kernel "${kernel.name}" of layer "${kernel.layer}" in program "${program}" ` +
      `of module "${layout.spec.name}": ${essence(fault.message)}`,
      `  in ${shaderPath(layout.spec, shader)}${at ? `:${at.line}:${at.column}` : ""}`,
      ...(found === undefined ? [] : [`  ${found.trim()}`]),
      ...(declared.length === 0 ? [] : [`  declared at ${declared.join(", ")}`]),
      `  with ${kernelShapes(layout, kernel, layout.dims)}`,
      `Run "deno task gen" to write the kernel anew`,
    ].join("\n"),
  );
}

/** A run, as far as a message tells about it. */
export interface RunUse {
  readonly name: string;
  readonly program: ProgramSpec<string>;
  readonly dims: Dims<string>;
}

/**
 * Runs of which the device refused at least one, and with it all that were submitted together: nothing
 * that is read after them can be trusted.
 */
export function runError(layout: ModuleLayout, runs: readonly RunUse[], fault: GpuFault): Error {
  const names = new Set(runs.map(({ name }) => name));
  const kernels = runs.flatMap(({ program, dims }) =>
    program.kernels.map((kernel) =>
      `  ${kernel.layer}/${kernel.name}: ${kernelShapes(layout, kernel, dims)}`
    )
  );
  const what = names.size === 1
    ? `Program ${listed(names)} of module "${layout.spec.name}" failed on the GPU`
    : `Programs ${listed(names)} of module "${layout.spec.name}" were submitted together and ` +
      `failed on the GPU`;
  return new Error(
    [
      `${what}: ${essence(fault.message)}`,
      ...new Set(kernels),
      `Choose a smaller batch if memory ran out, or the wasm backend`,
    ].join("\n"),
  );
}

/** Names and shapes of a kernel's tensors. */
function kernelShapes(
  layout: ModuleLayout,
  kernel: KernelSpec<string>,
  dims: Dims<string>,
): string {
  const shapes = kernel.bindings.flatMap(({ tensor }) => {
    const place = layout.tensors.get(tensor);
    return place === undefined ? [] : [shapeText(place, dims)];
  });
  return shapes.length === 0 ? `tensors ${listed([])}` : shapes.join(", ");
}

/** Where a shader's text stands: a path if the module was loaded from a file, else a URL. */
function shaderPath(spec: ModuleSpec, shader: ShaderSpec<string>): string {
  if (!URL.canParse(shader.file, spec.wasm.plain)) return shader.file;
  const url = new URL(shader.file, spec.wasm.plain);
  return url.protocol === "file:" ? decodeURIComponent(url.pathname) : url.href;
}

/**
 * The point of a compiler's report, on one line: without the excerpt it draws, which is shown from the
 * file itself.
 */
export function essence(message: string): string {
  const lines = message.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const head = (lines[0] ?? "no reason was given")
    .replace(/^Shader ('.*?' )?(parsing|validation) error: /, "");
  const notes = lines.filter((line) => line.startsWith("= ")).map((line) => line.slice(2));
  return [head, ...notes].join("; ");
}

/** Finds the place in a report that draws `┌─ name:line:column` above its excerpt. */
function placeIn(message: string): TextPlace | undefined {
  const [, line, column] = /┌─ [^\n]*?:(\d+):(\d+)/.exec(message) ?? [];
  return line === undefined ? undefined : { line: Number(line), column: Number(column) };
}
