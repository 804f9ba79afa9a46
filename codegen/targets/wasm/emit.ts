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
import type { CompiledModule } from "../../kernel/kernel.ts";
import { writeContractFrame } from "./contract_frame.ts";
import { definedFunctions } from "./defined_functions.ts";
import { Identifiers, quote } from "./identifiers.ts";
import type { ModuleNames } from "./kernel_function.ts";
import { writeLoopFrame } from "./loop_frame.ts";
import { MathCalls } from "./math_calls.ts";
import type { ModulePlan, SharedProgram } from "./module_plan.ts";
import { writeShare } from "./program_function.ts";
import { withoutRelaxed } from "./relaxed.ts";
import type { SharedKernel } from "./share_out.ts";
import { programExport, THREAD_IMPORTS, threadFunctions } from "./threads.ts";
import { BLANK, block, comment, form, type Wat } from "./wat.ts";
import { printWat } from "./wat_print.ts";
import type { ZeroLists } from "./zero_lists.ts";

/** A module in WebAssembly. */
export interface WasmModule {
  /** The text of the relaxed build. */
  readonly wat: string;
  /** Multiplies and adds in one instruction where vectors do. */
  readonly relaxed: Uint8Array<ArrayBuffer>;
  /** The same in two instructions. */
  readonly plain: Uint8Array<ArrayBuffer>;
}

/** A kernel's function; programs that run equal kernels in equal shares use one. */
interface KernelEntry {
  readonly id: string;
  readonly shared: SharedKernel;
}

/** What makes two kernels the same function. */
function keyOf({ plan: { kernel }, split }: SharedKernel): string {
  return JSON.stringify([kernel, split]);
}

/** The functions of all kernels in order of first use. */
function entriesOf(
  programs: readonly SharedProgram[],
  functions: Identifiers,
): ReadonlyMap<string, KernelEntry> {
  const entries = new Map<string, KernelEntry>();
  for (const shared of programs.flatMap(({ phases }) => phases.flat())) {
    const key = keyOf(shared);
    const { name } = shared.plan.kernel;
    if (!entries.has(key)) entries.set(key, { id: functions.fresh(name), shared });
  }
  return entries;
}

function writeKernel(
  { id, shared: { plan, split } }: KernelEntry,
  names: ModuleNames,
  functions: Identifiers,
): readonly Wat[] {
  const { kernel, form } = plan;
  const comments = [signatureOf(kernel), ...kernel.formula.split("\n")];
  return form === undefined
    ? writeLoopFrame(id, kernel, comments, names, split)
    : writeContractFrame(id, kernel, form, comments, names, functions, split);
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

/** The imports that kernels need which skip zeros. */
function listImports(lists: readonly ZeroLists[], at: ReadonlyMap<string, string>): readonly Wat[] {
  if (lists.length === 0) return [];
  return [
    form('import "env" "skip_zeros" (global $skip_zeros i32)'),
    ...lists.map(({ name }) => form(`import "at" ${quote(name)} (global ${at.get(name)} i32)`)),
  ];
}

/** The module as a tree. */
function writeModule({ module, programs: shared, lists }: ModulePlan): Wat {
  const globals = new Identifiers(["threads", "patience", "profile", "skip_zeros"]);
  const functions = new Identifiers(["meet", "border", "done", "work", "leave", "mark"]);
  const dims = new Map(module.fixedDims.map((name) => [name, globals.fresh(name)]));
  const places = [...module.tensors, ...lists].map(({ name }) => name);
  const at = new Map(places.map((name) => [name, globals.fresh(`at_${name}`)]));
  const names: ModuleNames = {
    math: new MathCalls(),
    dims,
    callDims: module.callDims,
    at: (tensor) => {
      const id = at.get(tensor);
      if (id === undefined) throw new Error(`Cannot write ${module.name}: no "${tensor}"`);
      return id;
    },
  };
  const programs = shared.map(({ program, phases }) => ({
    program,
    phases,
    id: functions.fresh(program.name),
    share: functions.fresh(`${program.name}.share`),
  }));
  const entries = entriesOf(programs, functions);
  const functionOf = (shared: SharedKernel): string => {
    const entry = entries.get(keyOf(shared));
    if (entry === undefined) {
      throw new Error(`Cannot write ${module.name}: no ${shared.plan.kernel.name}`);
    }
    return entry.id;
  };
  const kernels = [...entries.values()].flatMap((entry) => [
    BLANK,
    ...writeKernel(entry, names, functions),
  ]);
  const calls = programs.flatMap(({ program, id, share, phases }, at) => [
    BLANK,
    ...programExport({ program, share }, at, id),
    BLANK,
    ...writeShare(share, program, phases, functionOf, names),
  ]);
  // These may call functions of lanes.
  const defined = definedFunctions(names.math);
  const lanes = names.math.functions();
  return block("module", [
    form(`import "env" "memory" (memory 1 65536 shared)`),
    ...THREAD_IMPORTS,
    ...[...dims].map(([name, id]) => form(`import "dim" ${quote(name)} (global ${id} i32)`)),
    ...addressImports(module, at),
    ...listImports(lists, at),
    ...names.math.imports(),
    ...calls,
    ...kernels,
    ...(defined.length === 0 ? [] : [BLANK, ...defined]),
    ...(lanes.length === 0 ? [] : [BLANK, ...lanes]),
    ...threadFunctions(programs),
  ]);
}

/** The texts of a module's two builds. */
export function writeBuilds(
  plan: ModulePlan,
): { readonly relaxed: string; readonly plain: string } {
  const tree = writeModule(plan);
  const about = comment(
    `Generated by \`deno task gen\` from ${plan.module.name}; do not edit.`,
  );
  return { relaxed: printWat([about, tree]), plain: printWat([about, withoutRelaxed(tree)]) };
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
export async function emitWasm(plan: ModulePlan): Promise<WasmModule> {
  const { name } = plan.module;
  const texts = writeBuilds(plan);
  return {
    wat: texts.relaxed,
    relaxed: await assemble(name, texts.relaxed),
    plain: await assemble(name, texts.plain),
  };
}
