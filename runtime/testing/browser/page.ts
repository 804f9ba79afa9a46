/** The page's side: runs modules on the browser's WebGPU as it is told. @module */
import type { KernelSpec, LaunchesSpec, LaunchSpec, ModuleSpec, ShaderSpec } from "../../spec.ts";
import { viewOf } from "../../tensor_data.ts";
import { findAdapter, platformGpu } from "../../webgpu/adapter.ts";
import { WebgpuBackend } from "../../webgpu/backend.ts";
import { Device } from "../../webgpu/device.ts";
import type { LoadedWebgpuModule } from "../../webgpu/module.ts";
import { messageOf } from "../../wording.ts";
import {
  type Answer,
  type Command,
  GLOBAL,
  type PageApi,
  type PageInfo,
  type Remarks,
  type Text,
  toBytes,
  toText,
} from "./protocol.ts";

/** What a file of a generated module exports. */
type Exports = Readonly<Record<string, unknown>>;

/** Pipelines that are compiled at once. */
const AT_ONCE = 32;

class Page implements PageApi {
  readonly #modules: ReadonlyMap<string, ModuleSpec>;
  readonly #loaded = new Map<number, LoadedWebgpuModule<ModuleSpec>>();
  #backend: Promise<WebgpuBackend> | undefined;

  constructor(modules: readonly ModuleSpec[]) {
    this.#modules = new Map(modules.map((module) => [module.name, module]));
  }

  async open(): Promise<PageInfo> {
    const adapter = await adapterHere();
    this.#backend ??= WebgpuBackend.open(adapter);
    const { adapter: name, software } = (await this.#backend).info;
    return { adapter: name, software, features: [...adapter.features] };
  }

  async compile(texts: readonly Text[]): Promise<readonly Remarks[]> {
    const device = await Device.open(await adapterHere());
    const remarks: Remarks[] = [];
    for (let first = 0; first < texts.length; first += AT_ONCE) {
      const some = texts.slice(first, first + AT_ONCE);
      remarks.push(...await Promise.all(some.map((text) => remarksOn(device, text))));
    }
    await device.close();
    return remarks.filter(({ messages }) => messages.length > 0);
  }

  async perform(commands: readonly Command[]): Promise<Answer> {
    const read: string[] = [];
    try {
      for (const command of commands) read.push(...await this.#follow(command));
      return { kind: "done", read };
    } catch (cause) {
      return { kind: "failed", message: messageOf(cause) };
    }
  }

  /** Follows a command; answers with what was read. */
  async #follow(command: Command): Promise<readonly string[]> {
    const { id } = command;
    if (command.kind === "load") {
      const module = this.#modules.get(command.module);
      if (module === undefined) throw new Error(`The page has no module "${command.module}"`);
      const changed = withTexts(module, command.texts);
      const backend = await this.#backend;
      if (backend === undefined) throw new Error("The page was not opened");
      this.#loaded.set(id, await backend.load(changed, command.dims, command.options));
      return [];
    }
    const loaded = this.#loaded.get(id);
    if (loaded === undefined) throw new Error(`The page has loaded no module ${id}`);
    switch (command.kind) {
      case "write": {
        const bytes = toBytes(command.bytes);
        // What is not there is refused by the module.
        const dtype = loaded.spec.tensors[command.tensor]?.dtype ?? "u8";
        const elements = bytes.byteLength / viewOf(dtype, bytes, 0, 0).BYTES_PER_ELEMENT;
        loaded.write(command.tensor, viewOf(dtype, bytes, 0, elements), command.at);
        return [];
      }
      case "run":
        loaded.run(command.program, command.values);
        return [];
      case "read":
        return [toText(await loaded.read(command.tensor, command.dims))];
      case "dispose":
        loaded.dispose();
        this.#loaded.delete(id);
        return [];
    }
  }
}

async function adapterHere(): Promise<GPUAdapter> {
  const search = await findAdapter(platformGpu());
  if (!search.found) throw new Error(`The page has no GPU: ${search.why}`);
  return search.adapter;
}

async function remarksOn(
  device: Device,
  { file, source, constants, pipeline }: Text,
): Promise<Remarks> {
  const { value: module, fault } = device.watch(() =>
    device.gpu.createShaderModule({ code: source })
  );
  const { messages } = await module.getCompilationInfo();
  const found = messages.map(({ type, lineNum, linePos, message }) =>
    `${type} at ${lineNum}:${linePos}: ${message}`
  );
  const refused = await fault;
  if (refused !== null && found.length === 0) found.push(refused.message);
  if (refused !== null || !pipeline) return { file, messages: found };
  try {
    await device.gpu.createComputePipelineAsync({ layout: "auto", compute: { module, constants } });
  } catch (cause) {
    found.push(messageOf(cause));
  }
  return { file, messages: found };
}

/** A module with other texts in some files. */
function withTexts(module: ModuleSpec, texts: Readonly<Record<string, string>>): ModuleSpec {
  if (Object.keys(texts).length === 0) return module;
  const shader = <S extends ShaderSpec<string>>(spec: S): S => ({
    ...spec,
    source: texts[spec.file] ?? spec.source,
  });
  const launches = (spec: LaunchesSpec<string>): LaunchesSpec<string> => ({
    ...spec,
    launches: spec.launches.map((launch) => shader<LaunchSpec<string>>(launch)),
  });
  const kernel = (spec: KernelSpec<string>): KernelSpec<string> => ({
    ...spec,
    shader: shader(spec.shader),
    plain: shader(spec.plain),
    ...(spec.gpu === undefined ? {} : { gpu: launches(spec.gpu) }),
  });
  const programs = Object.entries(module.programs).map(([name, program]) =>
    [name, { ...program, kernels: program.kernels.map(kernel) }] as const
  );
  return { ...module, programs: Object.fromEntries(programs) };
}

function isModule(value: unknown): value is ModuleSpec {
  return typeof value === "object" && value !== null && "programs" in value && "slots" in value;
}

/** Makes the page ready to be driven, with the modules that these files export. */
export function serve(files: readonly Exports[]): void {
  const modules = files.flatMap((exports) => Object.values(exports).filter(isModule));
  Object.assign(globalThis, { [GLOBAL]: new Page(modules) });
}
