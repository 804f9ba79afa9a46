/**
 * Where the slots of a module and its scratch memory lie in its WebAssembly memory.
 *
 * @module
 */
import { isCount, type ModuleLayout } from "../module_layout.ts";
import { CONTROL_BYTES } from "../spec.ts";

/** A cache line: no two pieces share one, and every vector load within a piece may be aligned. */
const ALIGNMENT = 64;

const PAGE_BYTES = 65_536;
/** The most that 32-bit addresses reach: 4 GiB. */
const MOST_PAGES = 65_536;

/** Where everything lies. */
export interface MemoryPlan {
  /** Byte addresses of tensors and pieces of scratch memory, by name. */
  readonly addresses: Readonly<Record<string, number>>;
  /** The whole size. */
  readonly pages: number;
}

/** Places slots and scratch memory one after another behind the control block. Nothing is allocated. */
export function planMemory(layout: ModuleLayout): MemoryPlan {
  const { spec, dims } = layout;
  let end = CONTROL_BYTES;
  const place = (bytes: number): number => {
    const start = end;
    end = start + Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    return start;
  };
  const slots = layout.slotBytes.map(place);
  const addresses: Record<string, number> = {};
  for (const { name, spec: tensor } of layout.tensors.values()) {
    addresses[name] = slots[tensor.slot] ?? 0;
  }
  for (const [name, scratch] of Object.entries(spec.wasm.scratch)) {
    const bytes = scratch.bytes(dims);
    checkScratch(spec.name, name, bytes, Object.hasOwn(addresses, name));
    addresses[name] = place(bytes);
  }
  const pages = Math.max(1, Math.ceil(end / PAGE_BYTES));
  if (pages > MOST_PAGES) {
    throw new RangeError(
      `Cannot load module "${spec.name}": its tensors need ${end} bytes, and WebAssembly ` +
        `reaches ${MOST_PAGES * PAGE_BYTES} (4 GiB); choose a smaller batch or smaller layers`,
    );
  }
  return { addresses, pages };
}

function checkScratch(moduleName: string, name: string, bytes: number, isTensor: boolean): void {
  const action = `Cannot load module "${moduleName}"`;
  const next = `run "deno task gen" to write the module anew`;
  if (!isCount(bytes)) {
    throw new RangeError(
      `${action}: its scratch memory "${name}" has ${bytes} bytes, which is no size; ${next}`,
    );
  }
  if (isTensor) {
    throw new TypeError(`${action}: scratch memory and tensor have one name, "${name}"; ${next}`);
  }
}

/** Allocates the memory, for threads to share; its bytes are 0. */
export function allocate(moduleName: string, pages: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch (cause) {
    throw new RangeError(
      `Cannot load module "${moduleName}": this machine does not give ` +
        `${pages * PAGE_BYTES} bytes of memory; choose a smaller batch or smaller layers`,
      { cause },
    );
  }
}
