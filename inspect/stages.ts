/**
 * The stages of a declaration on its way to kernels, as texts.
 *
 * @module
 */
import type { Place, Provenance } from "../dsl/provenance.ts";
import { showMegaFlop } from "../codegen/documents/arithmetic.ts";
import { printGraph } from "../codegen/graph/print.ts";
import type { Kernel } from "../codegen/kernel/kernel.ts";
import { printKernel } from "../codegen/kernel/print.ts";
import type { Compilation, Stages } from "../codegen/pipeline.ts";
import type { GeneratedFile } from "../codegen/targets/target.ts";
import { bindingParts } from "./binding_part.ts";
import { kernelStretches } from "./c_functions.ts";
import type { DeclarationSource } from "./declaration_source.ts";
import { shortPath } from "./short_path.ts";
import { type RewriteStep, rewriteSteps } from "./rewriting.ts";
import { functionsOf, kernelFunctions } from "./wat_functions.ts";

/** What a stage is written in. */
export type Language = "typescript" | "graph" | "kernel" | "wgsl" | "wat" | "c";

/** A form that a declaration takes. */
export interface Stage {
  /** Short, unique, for asking: `rewrite-2`, `forward.wgsl`. */
  readonly id: string;
  /** What it is, in a line. */
  readonly title: string;
  readonly language: Language;
  readonly text: string;
  /** The kernel that it is a form of. */
  readonly kernel?: string;
  /** What is remarkable about it. */
  readonly note?: string;
  /** For each line, the places in the source that it comes from: of a formula first, then of its uses. */
  readonly places?: readonly (readonly Place[])[];
  /** The rules that led from the stage before to this one. */
  readonly rules?: readonly { readonly name: string; readonly identity: string }[];
  /** Of a rule: the multiplications that went away and those that came in, for typical sizes. */
  readonly multiplications?: { readonly before: number; readonly after: number };
}

/** What stages are made from. */
export interface Material {
  readonly compilation: Compilation;
  /** What is generated, by paths inside of the module's folder. */
  readonly files: readonly GeneratedFile[];
  /** The declaration as it was written, if it was found. */
  readonly source?: DeclarationSource;
}

/** Which stages are wanted. */
export interface StageChoice {
  /** A program's name. */
  readonly program: string;
  /** A kernel's name; all kernels of the program if absent. */
  readonly kernel?: string;
  /** True to have each rule that fired, also those that save nothing. */
  readonly allRules: boolean;
}

/** The stages of one program of a declaration, in order. */
export function stagesOf(material: Material, choice: StageChoice): readonly Stage[] {
  const { compilation, source } = material;
  const stages = compilation.stages.find(({ program }) => program.name === choice.program);
  if (stages === undefined) return [];
  const printed = printedParts(material, choice.program);
  const first = declaredProgram(compilation.stages.map(({ program }) => program));
  return [
    ...(source === undefined ? [] : [declared(source)]),
    ...graphs(stages, compilation.stages.find(({ program }) => program === first) ?? stages),
    ...rewritten(compilation, stages, choice.allRules),
    ...stages.program.kernels.flatMap((kernel, at) =>
      choice.kernel === undefined || choice.kernel === kernel.name
        ? kernelStages(printed, choice.program, kernel, at)
        : []
    ),
  ];
}

/** The programs that compute what was declared, of layers and of models. */
const DECLARED = ["forward", "predict"];

/** The program that computes what was declared, or the first if none does. */
export function declaredProgram<T extends { readonly name: string }>(
  programs: readonly T[],
): T | undefined {
  return programs.find(({ name }) => DECLARED.includes(name)) ?? programs[0];
}

function declared({ file, line, text }: DeclarationSource): Stage {
  return {
    id: "declaration",
    title: `the declaration, ${shortPath(file)}:${line}`,
    language: "typescript",
    text,
  };
}

/** The graph that was declared and, for a program that was made of it, the program's own. */
function graphs(stages: Stages, first: Stages): readonly Stage[] {
  const { name } = stages.source;
  const graph = (id: string, title: string, { source }: Stages): Stage => ({
    id,
    title,
    language: "graph",
    text: printGraph(source),
  });
  if (stages === first) return [graph("graph", "the graph as declared", stages)];
  if (name === "draw") return [graph("graph", "the graph that takes a batch from tables", stages)];
  const isGradient = name === "step" || name.startsWith("grad_");
  return [
    graph("graph", `the graph as declared, program ${first.source.name}`, first),
    isGradient
      ? graph("differentiated", `program ${name}, differentiated where needed`, stages)
      : graph("program", `program ${name}, made of the same declaration`, stages),
  ];
}

function rewritten(
  { declaration }: Compilation,
  { source, rewritten }: Stages,
  each: boolean,
): readonly Stage[] {
  const steps = rewriteSteps(source, declaration.typical, each);
  const stages = steps.map(rewriteStage);
  const last = steps.at(-1)?.graph;
  // Values that stay keep their names here too; those that now have one of their own take it.
  const names = new Map([...(last?.names ?? []), ...rewritten.names]);
  const separate = printGraph({ ...rewritten, names });
  if (separate === (stages.at(-1)?.text ?? printGraph(source))) return stages;
  return [...stages, {
    id: "separate",
    title: last === undefined
      ? "no rule fits; every result is a value of its own"
      : "every result is a value of its own, and what kernels will write has a name",
    language: "graph",
    text: separate,
  }];
}

function rewriteStage({ rules, multiplications, graph }: RewriteStep, index: number): Stage {
  const [only] = rules;
  const stage = {
    id: `rewrite-${index + 1}`,
    language: "graph",
    text: printGraph(graph),
    rules: rules.map(({ name, identity }) => ({ name, identity })),
  } as const;
  if (only === undefined || rules.length > 1) {
    const names = Map.groupBy(rules, ({ name }) => name);
    return {
      ...stage,
      title: `after ${rules.length} steps that only change the form`,
      note: Array.from(names, ([name, { length }]) => length === 1 ? name : `${name} ${length}×`)
        .join(", "),
    };
  }
  const title = `after ${only.name}`;
  if (multiplications === undefined) return { ...stage, title, note: only.identity };
  const { before, after } = multiplications;
  const saved = `${showMegaFlop(before)} → ${showMegaFlop(after)}`;
  return { ...stage, title, note: `${only.identity}; ${saved}`, multiplications };
}

/** What the printers made of a program. */
interface Printed {
  /** A file's text, by its path; nothing for what is no text. */
  readonly text: (path: string) => string;
  /** Where the lines of a file come from, by its path. */
  readonly provenances: (path: string) => readonly (Provenance | undefined)[];
  readonly functions: ReturnType<typeof functionsOf>;
  readonly bindings: ReturnType<typeof bindingParts>;
}

function printedParts({ compilation, files }: Material, program: string): Printed {
  const text = (path: string): string => {
    const content = files.find((file) => file.path === path)?.content;
    return typeof content === "string" ? content : "";
  };
  return {
    text,
    provenances: (path) => files.find((file) => file.path === path)?.provenances ?? [],
    functions: functionsOf(text("kernels.wat")),
    bindings: bindingParts(text(`${compilation.module.name}.ts`), program),
  };
}

/** The forms of one kernel. */
function kernelStages(
  { text, provenances, functions, bindings }: Printed,
  program: string,
  kernel: Kernel,
  at: number,
): readonly Stage[] {
  const { name } = kernel;
  const binding = bindings.get(name) ?? "";
  const shaders = [...new Set(Array.from(binding.matchAll(SHADER_FILE), ([, path = ""]) => path))];
  const wat = kernelFunctions(functions, program, at);
  const forms: readonly Stage[] = [
    {
      id: `${name}.kernel`,
      title: `${name} as loops, with its schedule`,
      language: "kernel",
      text: printKernel(kernel),
      note: kernel.formula.replaceAll("\n", " "),
    },
    ...shaders.map((path) => shaderStage(name, path, text(path), provenances(path))),
    ...(wat === "" ? [] : [
      {
        id: `${name}.wat`,
        title: `${name} as WebAssembly`,
        language: "wat",
        text: wat,
      } as const,
    ]),
    ...cStages(name, kernelStretches(text(C_FILE), program, at), text(C_FILE), provenances(C_FILE)),
    ...(binding === "" ? [] : [
      {
        id: `${name}.binding`,
        title: `what the runtime is told of ${name}`,
        language: "typescript",
        text: binding,
      } as const,
    ]),
  ];
  return forms.map((form) => ({ ...form, kernel: name }));
}

/** All kernels of a module in C. */
const C_FILE = "kernels.c";

/** A kernel's functions in C, if there are some. */
function cStages(
  kernel: string,
  stretches: readonly (readonly number[])[],
  text: string,
  provenances: readonly (Provenance | undefined)[],
): readonly Stage[] {
  if (stretches.length === 0) return [];
  const lines = text.split("\n");
  // -1 is the empty line between two functions.
  const numbers = stretches.flatMap((stretch, at) => at === 0 ? stretch : [-1, ...stretch]);
  return [{
    id: `${kernel}.c`,
    title: `${kernel} as C`,
    language: "c",
    text: numbers.map((at) => `${lines[at] ?? ""}\n`).join(""),
    ...(provenances.length === 0
      ? {}
      : { places: numbers.map((at) => provenances[at]?.places ?? []) }),
  }];
}

/** A shader's file, as a binding names it. */
const SHADER_FILE = /\bfile: "([^"]+\.wgsl)"/g;

/** A shader in a file such as `step/05_loss.gpu.wgsl`. */
function shaderStage(
  kernel: string,
  path: string,
  text: string,
  provenances: readonly (Provenance | undefined)[],
): Stage {
  const variant = path.slice(path.lastIndexOf(kernel) + kernel.length + 1).replace(/\.?wgsl$/, "");
  return {
    id: `${kernel}${variant === "" ? "" : `.${variant}`}.wgsl`,
    title: `${kernel} as WGSL, ${SHADERS[variant] ?? variant}`,
    language: "wgsl",
    text,
    ...(provenances.length === 0 ? {} : { places: provenances.map((each) => each?.places ?? []) }),
  };
}

/** What the variants of a kernel's shader are, by the end of their file's name. */
const SHADERS: Readonly<Record<string, string>> = {
  "": "scheduled",
  gpu: "for GPUs",
  "gpu.parts": "for GPUs, parts of sums",
  "gpu.whole": "for GPUs, sums put together",
  plain: "its plain twin: one result after the other, the same values",
};
