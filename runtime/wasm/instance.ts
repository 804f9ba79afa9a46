/**
 * From the bytes of a generated WebAssembly file to its programs as functions.
 *
 * @module
 */
import type { ModuleLayout } from "../module_layout.ts";
import type { ModuleSpec } from "../spec.ts";
import { messageOf } from "../wording.ts";
import { allocate, placeSlots } from "./memory.ts";

/** A program of a module: takes its uniforms and runs all its kernels. */
type WasmProgram = (...uniforms: number[]) => void;

/** A WebAssembly instance over a memory of its own. */
export interface WasmInstance {
  readonly memory: WebAssembly.Memory;
  /** Byte address of each tensor. */
  readonly addresses: ReadonlyMap<string, number>;
  readonly programs: ReadonlyMap<string, WasmProgram>;
}

/** The functions that the kernels take from the host; all in float64. */
const MATH = { exp: Math.exp, log: Math.log, tanh: Math.tanh, pow: Math.pow };

/** Fetches, compiles and instantiates a module's WebAssembly over fresh memory. */
export async function instantiate(layout: ModuleLayout): Promise<WasmInstance> {
  const { spec, dims } = layout;
  const placed = placeSlots(layout);
  const compiled = await compile(spec);
  const memory = allocate(spec.name, placed.pages);
  const addresses = new Map<string, number>();
  for (const { name, spec: tensor } of layout.tensors.values()) {
    addresses.set(name, placed.slots[tensor.slot] ?? 0);
  }
  const imports = {
    env: { memory, threads: 1, patience: -1, profile: 0, mark: () => {} },
    dim: Object.fromEntries(spec.fixedDims.map((name) => [name, dims[name] ?? 0])),
    at: Object.fromEntries(addresses),
    math: MATH,
  };
  const { exports } = await WebAssembly.instantiate(compiled, imports).catch((cause) => {
    throw stale(spec, `does not fit its bindings: ${messageOf(cause)}`, cause);
  });
  const programs = new Map<string, WasmProgram>();
  for (const name of Object.keys(spec.programs)) {
    const program = exports[name];
    if (typeof program !== "function") throw stale(spec, `does not export program "${name}"`);
    // `exports` types every function as Function; a program returns nothing that is used.
    programs.set(name, program as WasmProgram);
  }
  return { memory, addresses, programs };
}

async function compile(spec: ModuleSpec): Promise<WebAssembly.Module> {
  const bytes = await fetchBytes(spec);
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw stale(spec, `is not accepted by this WebAssembly engine: ${messageOf(cause)}`, cause);
  }
}

async function fetchBytes(spec: ModuleSpec): Promise<ArrayBuffer> {
  const action = `Cannot fetch the WebAssembly of module "${spec.name}" from ${
    shortUrl(spec.wasm.relaxed)
  }`;
  const next = `run "deno task gen" to write it, and allow reading it`;
  try {
    const response = await fetch(spec.wasm.relaxed);
    if (response.ok) return await response.arrayBuffer();
    await response.body?.cancel();
    throw new Error(`status ${response.status}`);
  } catch (cause) {
    throw new Error(`${action}: ${messageOf(cause)}; ${next}`, { cause });
  }
}

function stale(spec: ModuleSpec, fault: string, cause?: unknown): Error {
  return new Error(
    `The WebAssembly of module "${spec.name}" at ${shortUrl(spec.wasm.relaxed)} ${fault}; ` +
      `run "deno task gen" to write it anew`,
    { cause },
  );
}

/** A URL fit for a sentence: data: URLs carry the whole file. */
function shortUrl(url: URL): string {
  return url.href.length > 200 ? `${url.href.slice(0, 60)}…` : url.href;
}
