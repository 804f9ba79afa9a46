/**
 * A thread that runs one of the loops of `peak_loops.ts` whenever it is asked.
 *
 * @module
 */
/// <reference lib="deno.worker" />

/** What a thread is given before anything else. */
export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

/** What a thread is to do: a loop of the module, with its parameters. */
export interface WorkerTask {
  readonly loop: string;
  readonly parameters: readonly number[];
}

type Message = WorkerStart | WorkerTask;

let loops: WebAssembly.Exports = {};

self.onmessage = ({ data }: MessageEvent<Message>) => {
  if ("module" in data) {
    loops = new WebAssembly.Instance(data.module, { env: { memory: data.memory } }).exports;
  } else {
    const loop = loops[data.loop];
    if (typeof loop === "function") loop(...data.parameters);
  }
  self.postMessage("done");
};
