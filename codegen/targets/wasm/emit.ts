/**
 * The WebAssembly target: a compiled module as text to read and as bytes to run.
 *
 * The text has a function per kernel, and exports one per program that calls its kernels in order. The
 * contract with the runtime is written at `ModuleSpec` in `runtime/spec.ts`.
 *
 * @module
 */
import wabt from "wabt";
import { signatureOf } from "../../kernel/print.ts";
import type { CompiledModule, Kernel, Program } from "../../kernel/kernel.ts";
import { writeContractFrame } from "./contract_frame.ts";
import { FunctionBuilder } from "./function_builder.ts";
import { Identifiers, quote } from "./identifiers.ts";
import { type ModuleNames, parametersOf } from "./kernel_function.ts";
import { writeLoopFrame } from "./loop_frame.ts";
import { MathCalls } from "./math_calls.ts";
import { withoutRelaxed } from "./relaxed.ts";
import { BLANK, block, comment, form, get, type Wat } from "./wat.ts";
import { printWat } from "./wat_print.ts";

/** A module in WebAssembly. */
export interface WasmModule {
  /** The text of the relaxed build. */
  readonly wat: string;
  /** Multiplies and adds in one instruction where vectors do. */
  readonly relaxed: Uint8Array<ArrayBuffer>;
  /** The same in two instructions. */
  readonly plain: Uint8Array<ArrayBuffer>;
}

/** A kernel's function; programs that run equal kernels share it. */
interface KernelEntry {
  readonly id: string;
  readonly kernel: Kernel;
}

/** The functions of all kernels in order of first use, by the text that makes kernels equal. */
function entriesOf(module: CompiledModule, functions: Identifiers): Map<string, KernelEntry> {
  const entries = new Map<string, KernelEntry>();
  for (const kernel of module.programs.flatMap((program) => program.kernels)) {
    const key = JSON.stringify(kernel);
    if (!entries.has(key)) entries.set(key, { id: functions.fresh(kernel.name), kernel });
  }
  return entries;
}

function writeKernel(
  entry: KernelEntry,
  names: ModuleNames,
  functions: Identifiers,
): readonly Wat[] {
  const { id, kernel } = entry;
  const comments = [signatureOf(kernel), ...kernel.formula.split("\n")];
  return kernel.schedule.frame === "contract"
    ? writeContractFrame(id, kernel, comments, names, functions)
    : writeLoopFrame(id, kernel, comments, names);
}

function writeProgram(
  id: string,
  program: Program,
  entryOf: (kernel: Kernel) => KernelEntry,
  names: ModuleNames,
): readonly Wat[] {
  const fn = new FunctionBuilder(id);
  const params = new Map(
    program.uniforms.map(({ name, type }) =>
      [name, fn.param(name, type === "f32" ? "f32" : "i32")] as const
    ),
  );
  for (const kernel of program.kernels) {
    const args = parametersOf(kernel, names).map(({ name }) => {
      const param = params.get(name);
      if (param === undefined) {
        throw new Error(
          `Cannot write ${program.name}: ${kernel.name} needs "${name}", no uniform has it`,
        );
      }
      return get(param);
    });
    fn.emit(form(`call ${entryOf(kernel).id}`, ...args));
  }
  return fn.build([`Program ${program.name}.`], { exported: program.name });
}

/** The imports of the addresses of tensors that kernels use, in the module's order. */
function addressImports(module: CompiledModule, at: ReadonlyMap<string, string>): readonly Wat[] {
  const used = new Set(
    module.programs.flatMap(({ kernels }) =>
      kernels.flatMap(({ tensors }) => tensors.map((tensor) => tensor.name))
    ),
  );
  return module.tensors.filter(({ name }) => used.has(name)).map(({ name }) =>
    form(`import "at" ${quote(name)} (global ${at.get(name)} i32)`)
  );
}

/** The module as a tree. */
function writeModule(module: CompiledModule): Wat {
  const globals = new Identifiers();
  const functions = new Identifiers();
  const dims = new Map(module.fixedDims.map((name) => [name, globals.fresh(name)]));
  const at = new Map(module.tensors.map(({ name }) => [name, globals.fresh(`at_${name}`)]));
  const names: ModuleNames = {
    math: new MathCalls(),
    dims,
    callDims: module.callDims,
    at: (tensor) => {
      const id = at.get(tensor);
      if (id === undefined) throw new Error(`Cannot write ${module.name}: no tensor "${tensor}"`);
      return id;
    },
  };
  const programs = module.programs.map((program) => ({
    program,
    id: functions.fresh(program.name),
  }));
  const entries = entriesOf(module, functions);
  const entryOf = (kernel: Kernel): KernelEntry => {
    const entry = entries.get(JSON.stringify(kernel));
    if (entry === undefined) throw new Error(`Cannot write ${module.name}: no ${kernel.name}`);
    return entry;
  };
  const kernels = [...entries.values()].flatMap((entry) => [
    BLANK,
    ...writeKernel(entry, names, functions),
  ]);
  const calls = programs.flatMap(({ program, id }) => [
    BLANK,
    ...writeProgram(id, program, entryOf, names),
  ]);
  const lanes = names.math.functions();
  return block("module", [
    form(`import "env" "memory" (memory 1 65536 shared)`),
    ...[...dims].map(([name, id]) => form(`import "dim" ${quote(name)} (global ${id} i32)`)),
    ...addressImports(module, at),
    ...names.math.imports(),
    ...calls,
    ...kernels,
    ...(lanes.length === 0 ? [] : [BLANK, ...lanes]),
  ]);
}

/** A module as WebAssembly text; the relaxed build, unless the other is asked for. */
export function writeWat(module: CompiledModule, build: "relaxed" | "plain" = "relaxed"): string {
  const tree = writeModule(module);
  return printWat([
    comment(`Generated by \`deno task gen\` from ${module.name}; do not edit.`),
    build === "relaxed" ? tree : withoutRelaxed(tree),
  ]);
}

/** The assembler, started when it is first needed. */
let assembler: ReturnType<typeof wabt> | undefined;

async function assemble(name: string, wat: string): Promise<Uint8Array<ArrayBuffer>> {
  assembler ??= wabt();
  const features = { simd: true, sat_float_to_int: true, threads: true, relaxed_simd: true };
  const parsed = (await assembler).parseWat(`${name}.wat`, wat, features);
  try {
    const bytes = new Uint8Array(parsed.toBinary({}).buffer);
    // The assembler's own check knows no shared memory: the engine's compiler is the judge.
    new WebAssembly.Module(bytes);
    return bytes;
  } finally {
    parsed.destroy();
  }
}

/**
 * Writes a module as WebAssembly text and assembles it. The same module gives the same bytes.
 *
 * @throws {Error} if the text is not valid: an error of this target.
 */
export async function emitWasm(module: CompiledModule): Promise<WasmModule> {
  const wat = writeWat(module);
  const relaxed = await assemble(module.name, wat);
  const plain = await assemble(module.name, writeWat(module, "plain"));
  return { wat, relaxed, plain };
}
