/**
 * What threads need to work together: a barrier, the call of a program, and the life of a thread.
 *
 * The control block at the start of the memory holds the barrier's counters and the program that the
 * first thread has called, with its uniforms. See `WasmSpec` in `runtime/spec.ts`.
 *
 * @module
 */
import type { Program } from "../../kernel/kernel.ts";
import { FunctionBuilder } from "./function_builder.ts";
import { WASM_TYPE } from "./scalar_ops.ts";
import { BLANK, block, comment, form, get, i32, set, type Wat } from "./wat.ts";

/** Byte addresses in the control block. */
const ARRIVED = 0;
const GENERATION = 64;
const COMMAND = 128;
const UNIFORMS = 132;
const FAILED = 512;
/** The most uniforms that the block holds. */
const MOST_UNIFORMS = (FAILED - UNIFORMS) / 4;

/** The command that releases threads; programs are counted from 1. */
const LEAVE = 0;

const ZERO = i32(0);
const THREADS = form("global.get $threads");
const atomicLoad = (at: number) => form(`i32.atomic.load offset=${at}`, ZERO);
const atomicStore = (at: number, value: Wat) => form(`i32.atomic.store offset=${at}`, ZERO, value);
const when = (condition: Wat, ...then: readonly Wat[]) =>
  block("if", [condition, block("then", then)]);

/** The imports that threads need. */
export const THREAD_IMPORTS: readonly Wat[] = [
  form('import "env" "threads" (global $threads i32)'),
  form('import "env" "patience" (global $patience i32)'),
  form('import "env" "profile" (global $profile i32)'),
  form('import "env" "mark" (func $mark (param i32))'),
];

/** Waits until all threads have arrived: looks for a while, then sleeps. */
function meetFunction(): readonly Wat[] {
  const fn = new FunctionBuilder("$meet");
  const generation = fn.local("generation", "generation", "i32");
  const looks = fn.local("looks", "looks", "i32");
  const stopIfFailed = when(atomicLoad(FAILED), form("unreachable"));
  const sleep = form(
    "drop",
    form(`memory.atomic.wait32 offset=${GENERATION}`, ZERO, get(generation), form("i64.const -1")),
  );
  const wait = block("loop $wait", [
    when(
      form("i32.eq", atomicLoad(GENERATION), get(generation)),
      stopIfFailed,
      block("if", [
        form("i32.lt_u", get(looks), form("global.get $patience")),
        block("then", [set(looks, form("i32.add", get(looks), i32(1)))]),
        block("else", [sleep]),
      ]),
      form("br $wait"),
    ),
  ]);
  const openNext = [
    atomicStore(ARRIVED, ZERO),
    atomicStore(GENERATION, form("i32.add", get(generation), i32(1))),
    form("drop", form(`memory.atomic.notify offset=${GENERATION}`, ZERO, i32(-1))),
  ];
  fn.emit(when(form("i32.eq", THREADS, i32(1)), form("return")));
  fn.set(generation, atomicLoad(GENERATION));
  const arrived = form("i32.atomic.rmw.add", ZERO, i32(1));
  fn.emit(
    block("if", [
      form("i32.eq", form("i32.add", arrived, i32(1)), THREADS),
      block("then", openNext),
      block("else", [wait]),
    ]),
    stopIfFailed,
  );
  return fn.build(["Waits for all threads: looks for a while, then sleeps."]);
}

/** `min(⌊units · t / threads⌋ · grain, extent)`, where units of one grain cover the extent. */
function borderFunction(): readonly Wat[] {
  const fn = new FunctionBuilder("$border");
  const extent = fn.param("extent", "i32");
  const grain = fn.param("grain", "i32");
  const thread = fn.param("thread", "i32");
  const border = fn.local("border", "border", "i32");
  const rounded = form("i32.add", get(extent), form("i32.sub", get(grain), i32(1)));
  const units = form("i32.div_u", rounded, get(grain));
  const before = form("i32.div_u", form("i32.mul", units, get(thread)), THREADS);
  fn.set(border, form("i32.mul", before, get(grain)));
  fn.emit(form("select", get(border), get(extent), form("i32.lt_u", get(border), get(extent))));
  return fn.build(["Where a thread's stretch of an axis begins: a multiple of the grain."], {
    result: "i32",
  });
}

/** Tells the time that a kernel took, if anybody wants to know. */
function doneFunction(): readonly Wat[] {
  const fn = new FunctionBuilder("$done");
  const thread = fn.param("thread", "i32");
  const kernel = fn.param("kernel", "i32");
  const isAsked = form("i32.gt_u", form("global.get $profile"), get(thread));
  fn.emit(when(isAsked, form("call $mark", get(kernel))));
  return fn.build(["In a profiled run, the first thread reports each kernel of its share."]);
}

/** A program as threads call it. */
export interface ThreadedProgram {
  readonly program: Program;
  /** The function that takes the thread's number and the uniforms. */
  readonly share: string;
}

/** The export of a program: hands it to all threads, and does the first one's share. */
export function programExport(
  { program, share }: ThreadedProgram,
  at: number,
  id: string,
): readonly Wat[] {
  if (program.uniforms.length > MOST_UNIFORMS) {
    throw new Error(
      `Cannot write ${program.name}: it has ${program.uniforms.length} uniforms, at most ` +
        `${MOST_UNIFORMS} fit`,
    );
  }
  const fn = new FunctionBuilder(id);
  const params = program.uniforms.map(({ name, type }) => fn.param(name, WASM_TYPE[type]));
  fn.emit(form(`i32.store offset=${COMMAND}`, ZERO, i32(at + 1)));
  params.forEach((param, position) =>
    fn.emit(form(`${param.type}.store offset=${UNIFORMS + 4 * position}`, ZERO, get(param)))
  );
  fn.emit(form("call $meet"), form(`call ${share}`, ZERO, ...params.map(get)));
  return fn.build([`Program ${program.name}: all threads begin, this one is the first.`], {
    exported: program.name,
  });
}

/** The life of every thread but the first. */
function workFunction(programs: readonly ThreadedProgram[]): readonly Wat[] {
  const fn = new FunctionBuilder("$work");
  const thread = fn.param("thread", "i32");
  const command = fn.local("command", "command", "i32");
  const uniform = (type: string, position: number) =>
    form(`${type}.load offset=${UNIFORMS + 4 * position}`, ZERO);
  const calls = programs.map(({ program, share }, at) =>
    when(
      form("i32.eq", get(command), i32(at + 1)),
      form(
        `call ${share}`,
        get(thread),
        ...program.uniforms.map(({ type }, position) => uniform(WASM_TYPE[type], position)),
      ),
    )
  );
  fn.emit(
    block("loop $next", [
      form("call $meet"),
      set(command, form(`i32.load offset=${COMMAND}`, ZERO)),
      when(form("i32.eq", get(command), i32(LEAVE)), form("return")),
      ...calls,
      form("br $next"),
    ]),
  );
  return fn.build(["The life of every thread but the first."], { exported: "work" });
}

function leaveFunction(): readonly Wat[] {
  const fn = new FunctionBuilder("$leave");
  fn.emit(form(`i32.store offset=${COMMAND}`, ZERO, i32(LEAVE)), form("call $meet"));
  return fn.build(["Lets the other threads go."], { exported: "leave" });
}

/** The functions that every module has. */
export function threadFunctions(programs: readonly ThreadedProgram[]): readonly Wat[] {
  return [
    BLANK,
    comment("Threads"),
    BLANK,
    ...meetFunction(),
    BLANK,
    ...borderFunction(),
    BLANK,
    ...doneFunction(),
    BLANK,
    ...workFunction(programs),
    BLANK,
    ...leaveFunction(),
  ];
}
