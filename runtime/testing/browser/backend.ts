/**
 * A backend whose modules run in a page. What is written and run waits until something is read, and
 * then goes to the page together; so whatever is wrong with it is told by the read.
 *
 * @module
 */
import type {
  Backend,
  BackendInfo,
  DimName,
  KernelTime,
  LoadedModule,
  ProgramName,
  TensorData,
  TensorName,
} from "../../backend.ts";
import { ELEMENT_BYTES } from "../../module_layout.ts";
import type { Dims, ModuleSpec } from "../../spec.ts";
import { viewOf } from "../../tensor_data.ts";
import type { WebgpuLoadOptions } from "../../webgpu/backend.ts";
import type { OpenPage } from "./chromium.ts";
import { type Command, type PageInfo, toBytes, toText } from "./protocol.ts";

/** How to load a module in a page. */
export interface PageLoadOptions extends WebgpuLoadOptions {
  /** Texts to run in place of the module's own, by file. */
  readonly texts?: Readonly<Record<string, string>>;
}

/** The backend; whoever opened the page closes it. */
export class PageBackend implements Backend {
  readonly info: BackendInfo;
  readonly #page: OpenPage;
  #commands: Command[] = [];
  #ids = 0;

  /** A backend on the GPU of a page. */
  constructor(page: OpenPage, { adapter, software }: PageInfo) {
    this.#page = page;
    this.info = { name: "webgpu", adapter, software, threads: 1 };
  }

  /** Loads the module of that name in the page. */
  async load<const M extends ModuleSpec>(
    module: M,
    dims: Readonly<Record<DimName<M>, number>>,
    { texts = {}, ...options }: PageLoadOptions = {},
  ): Promise<LoadedModule<M>> {
    const id = this.#ids++;
    this.queue({ kind: "load", id, module: module.name, dims, options, texts });
    await this.flush();
    return new PageModule(module, dims, id, this);
  }

  /** Remembers a command for later. */
  queue(command: Command): void {
    this.#commands.push(command);
  }

  /** Has the page do all that was queued; the bytes of what was read, in order. */
  async flush(): Promise<readonly ArrayBuffer[]> {
    const commands = this.#commands;
    this.#commands = [];
    const answer = await this.#page.call("perform", commands);
    if (answer.kind === "failed") throw new Error(answer.message);
    return answer.read.map(toBytes);
  }

  /** Does what was queued; the page stays. */
  async dispose(): Promise<void> {
    await this.flush();
  }
}

class PageModule<M extends ModuleSpec> implements LoadedModule<M> {
  readonly spec: M;
  readonly dims: Dims<string>;
  readonly backend: BackendInfo;
  readonly #id: number;
  readonly #owner: PageBackend;

  constructor(spec: M, dims: Dims<string>, id: number, owner: PageBackend) {
    this.spec = spec;
    this.dims = dims;
    this.backend = owner.info;
    this.#id = id;
    this.#owner = owner;
  }

  write(tensor: TensorName<M>, data: TensorData, at?: number): void {
    const place = at === undefined ? {} : { at };
    this.#owner.queue({ kind: "write", id: this.#id, tensor, bytes: toText(data), ...place });
  }

  run(program: ProgramName<M>, values: Dims<string>): void {
    this.#owner.queue({ kind: "run", id: this.#id, program, values });
  }

  trace(): Promise<void> {
    return Promise.reject(new Error("Cannot trace a module in a page"));
  }

  async read(tensor: TensorName<M>, dims: Dims<string> = {}): Promise<TensorData> {
    this.#owner.queue({ kind: "read", id: this.#id, tensor, dims });
    const bytes = (await this.#owner.flush()).at(-1);
    const dtype = this.spec.tensors[tensor]?.dtype;
    if (bytes === undefined || dtype === undefined) throw new Error(`"${tensor}" was not read`);
    return viewOf(dtype, bytes, 0, bytes.byteLength / ELEMENT_BYTES[dtype]);
  }

  kernelTimes(): Promise<readonly KernelTime[]> {
    return Promise.resolve([]);
  }

  dispose(): void {
    this.#owner.queue({ kind: "dispose", id: this.#id });
  }
}
