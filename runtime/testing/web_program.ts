/**
 * A program that finds a platform without Node's threads, as a page does, and uses several threads all
 * the same. It prints how often it could add up 1, and what a thread said that failed.
 *
 * @module
 */
import { messageOf } from "../wording.ts";
import { sharing } from "./threaded_module.ts";

Reflect.deleteProperty(globalThis, "process");
const { openWasm } = await import("../wasm/backend.ts");

const backend = await openWasm({ threads: 3 });
const module = await backend.load(sharing(), { B: 1 });
module.write("x", Float32Array.of(1));
for (let run = 0; run < 100; run++) module.run("sum", { B: 1 });
console.log(backend.info.threads, (await module.read("total"))[0]);
try {
  module.run("fail", { B: 1, on: 2 });
} catch (thrown) {
  console.log(messageOf(thrown));
}
await backend.load(sharing(), { B: 1 });
await backend.dispose();
