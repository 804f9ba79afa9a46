/** The WGSL target: one shader per kernel and kind of machine, and beside them a plain twin. @module */
import { product } from "../../../dsl/dim.ts";
import type { CompiledModule, Program } from "../../kernel/kernel.ts";
import { functionOfDims, type PrintDim, printExtent } from "../../typescript/extent.ts";
import { camelCase, TypeScriptNames } from "../../typescript/names.ts";
import {
  type BindingImport,
  type Emitted,
  type GeneratedFile,
  type KernelPlace,
  type Origin,
  RUNTIME,
  type Target,
} from "../target.ts";
import type { Grid } from "./draft.ts";
import { notesOf } from "./notes.ts";
import { prove } from "./proof/prove.ts";
import { type Launches, printShaders, type Shader } from "./shaders.ts";

/** Kernels of a program with one kernel bear the program's name; others stand in its folder, in order. */
function pathOf({ program, kernel, at }: KernelPlace, single: boolean): string {
  if (single) return kernel.name;
  return `${program.name}/${String(at + 1).padStart(2, "0")}_${kernel.name}`;
}

/** A file of a kernel. */
interface ShaderFile {
  readonly path: string;
  readonly shader: Shader;
}

/** The texts of a kernel with their places. */
interface PlacedShaders {
  readonly shader: ShaderFile;
  readonly gpu?: {
    readonly launches: readonly ShaderFile[];
    readonly partials: Launches["partials"];
  };
  readonly plain?: ShaderFile;
  /** Properties of the kernel's literal besides. */
  readonly usesUniforms: boolean;
  readonly constants: readonly string[];
}

function placed(module: CompiledModule, place: KernelPlace, origin: Origin): PlacedShaders {
  const path = pathOf(place, place.program.kernels.length === 1);
  const { shader, gpu, plain, usesUniforms, constants } = printShaders(module, place, origin);
  const suffixes = gpu?.shaders.length === 1 ? ["gpu"] : ["gpu.parts", "gpu.whole"];
  return {
    shader: { path: `${path}.wgsl`, shader },
    ...(gpu === undefined ? {} : {
      gpu: {
        launches: gpu.shaders.map((each, i) => ({
          path: `${path}.${suffixes[i]}.wgsl`,
          shader: each,
        })),
        partials: gpu.partials,
      },
    }),
    ...(plain === undefined ? {} : { plain: { path: `${path}.plain.wgsl`, shader: plain } }),
    usesUniforms,
    constants,
  };
}

/** The number of workgroups as TypeScript: pieces are counted ahead where extents are numbers. */
function gridText(grid: Grid): string {
  const [only] = grid;
  const count = (dim: PrintDim): string => {
    const counts = grid.map(({ extent, per }) => {
      if (typeof extent === "number") return String(Math.ceil(extent / per));
      return per === 1
        ? printExtent(extent, dim)
        : `Math.ceil(${printExtent(extent, dim)} / ${per})`;
    });
    const factors = counts.filter((text) => text !== "1");
    return factors.length === 0 ? "1" : factors.join(" * ");
  };
  return functionOfDims((dim) =>
    grid.length === 1 && only !== undefined
      ? `gridOf(${printExtent(only.extent, dim)}, ${only.per})`
      : `gridOf(${count(dim)}, 1)`
  );
}

function shaderLiteral({ path, shader }: ShaderFile, source: string): string {
  const { overrides, workgroupMemory, bindings } = shader;
  const properties = [
    `file: ${JSON.stringify(path)}`,
    `source: ${source}`,
    `workgroups: ${gridText(shader.grid)}`,
    `workgroupSize: [${shader.workgroupSize.join(", ")}]`,
    ...(Object.keys(overrides).length === 0 ? [] : [`overrides: ${JSON.stringify(overrides)}`]),
    ...(workgroupMemory === 0 ? [] : [`workgroupMemory: ${workgroupMemory}`]),
    ...(bindings === undefined ? [] : [`bindings: ${JSON.stringify(bindings)}`]),
  ];
  return `{\n    ${properties.join(",\n    ")},\n  }`;
}

function launchesLiteral(
  { launches, partials }: NonNullable<PlacedShaders["gpu"]>,
  literal: (file: ShaderFile) => string,
): string {
  const bytes = partials === undefined
    ? ""
    : `partialBytes: ${functionOfDims((dim) => printExtent(product([4, partials]), dim))},`;
  return `{ launches: [${launches.map(literal).join(", ")}], ${bytes} }`;
}

function places(programs: readonly Program[]): readonly KernelPlace[] {
  return programs.flatMap((program) =>
    program.kernels.map((kernel, at) => ({ program, kernel, at }))
  );
}

function filesOf({ shader, gpu, plain }: PlacedShaders): readonly ShaderFile[] {
  return [shader, ...(gpu?.launches ?? []), ...(plain === undefined ? [] : [plain])];
}

/** A module's shaders. */
function emit(module: CompiledModule, origin: Origin): Emitted {
  const printed = new Map(
    places(module.programs).map((place) => [place.kernel, placed(module, place, origin)] as const),
  );
  const all = [...printed.values()].flatMap(filesOf);
  for (const { path, shader } of all) prove(`${module.name}/${path}`, shader.text);
  const names = new TypeScriptNames([camelCase(module.name), "gridOf"]);
  const imports = all.map(({ path }): BindingImport & { readonly name: string } => ({
    name: names.of(path),
    from: `./${path}`,
    attribute: "text",
  }));
  const literal = (file: ShaderFile): string =>
    shaderLiteral(file, imports.find(({ from }) => from === `./${file.path}`)?.name ?? "");
  return {
    files: all.map(({ path, shader: { text, provenances } }): GeneratedFile => ({
      path,
      content: text,
      provenances,
    })),
    imports: [
      { name: ["gridOf"], from: `${RUNTIME}/grid.ts` },
      ...imports,
    ],
    moduleProperties: {},
    notes: notesOf(module),
    kernelProperties: ({ kernel }) => {
      const each = printed.get(kernel);
      if (each === undefined) throw new Error(`Kernel ${kernel.name} was not printed`);
      return {
        usesUniforms: String(each.usesUniforms),
        constants: JSON.stringify(each.constants),
        shader: literal(each.shader),
        ...(each.gpu === undefined ? {} : { gpu: launchesLiteral(each.gpu, literal) }),
        plain: literal(each.plain ?? each.shader),
      };
    },
  };
}

/** The target. */
export const WGSL: Target = {
  name: "wgsl",
  emit: (module, origin) => Promise.resolve(emit(module, origin)),
};
