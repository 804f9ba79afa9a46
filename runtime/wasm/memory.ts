/**
 * Where the slots of a module lie in its WebAssembly memory.
 *
 * @module
 */
import type { ModuleLayout } from "../module_layout.ts";
import { CONTROL_BYTES } from "../spec.ts";

/** A cache line: no two slots share one, and every vector load within a slot may be aligned. */
const SLOT_ALIGNMENT = 64;

const PAGE_BYTES = 65_536;
/** The most that 32-bit addresses reach: 4 GiB. */
const MOST_PAGES = 65_536;

/** Byte addresses of a module's slots, and the whole size. */
interface SlotAddresses {
  readonly slots: readonly number[];
  readonly pages: number;
}

/** Places the slots one after another. Nothing is allocated. */
export function placeSlots(layout: ModuleLayout): SlotAddresses {
  let end = CONTROL_BYTES;
  const slots = layout.slotBytes.map((bytes) => {
    const start = end;
    end = start + Math.ceil(bytes / SLOT_ALIGNMENT) * SLOT_ALIGNMENT;
    return start;
  });
  const pages = Math.max(1, Math.ceil(end / PAGE_BYTES));
  if (pages > MOST_PAGES) {
    throw new RangeError(
      `Cannot load module "${layout.spec.name}": its tensors need ${end} bytes, and WebAssembly ` +
        `reaches ${MOST_PAGES * PAGE_BYTES} (4 GiB); choose a smaller batch or smaller layers`,
    );
  }
  return { slots, pages };
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
