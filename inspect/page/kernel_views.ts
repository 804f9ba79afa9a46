/**
 * The kernels of a program in all their forms.
 *
 * @module
 */
import type { Kernel } from "../../codegen/kernel/kernel.ts";
import type { Stage } from "../stages.ts";
import { type CodePainter, escaped } from "./coloured_code.ts";
import type { LineLinks } from "./line_links.ts";

/** A form of a kernel, under a tab. */
export interface FormView {
  readonly id: string;
  readonly label: string;
  readonly title: string;
  /** HTML of its lines, or nothing where another has the same. */
  readonly code: string | null;
  /** HTML that is no code. */
  readonly figure: string | null;
  /** How to see it where it is left out. */
  readonly command: string | null;
  /** The id of a form with the same text. */
  readonly sameAs: string | null;
  /** True for what can stand beside the plain twin. */
  readonly hasTwin: boolean;
  readonly isTwin: boolean;
}

/** A kernel. */
export interface KernelView {
  readonly id: string;
  readonly name: string;
  /** Counted from 1. */
  readonly number: number;
  readonly formula: string;
  readonly forms: readonly FormView[];
}

/** Forms by the ends of their stages' names, in the order in which they are offered. */
const LABELS: Readonly<Record<string, string>> = {
  "wgsl": "Shader",
  "gpu.wgsl": "For GPUs",
  "gpu.parts.wgsl": "For GPUs: parts",
  "gpu.whole.wgsl": "For GPUs: whole",
  "plain.wgsl": "Plain twin",
  "kernel": "Loops",
  "wat": "WebAssembly",
  "c": "C",
  "binding": "Binding",
};

/** What all kernels of a page have in common. */
export interface FormContext {
  readonly painter: Pick<CodePainter, "lines">;
  readonly links: LineLinks;
  /** The ids of forms by what they show; whoever shows something first adds it. */
  readonly shown: Map<string, string>;
  readonly assembly: AssemblyStyle;
}

/** How WebAssembly is shown: it is most of the text by far. */
export type AssemblyStyle = "coloured" | "plain" | "left out";

/** The most characters of WebAssembly that a page has, in colours and without. */
const MOST_ASSEMBLY = { coloured: 200_000, plain: 1_200_000 } as const;

/** How much of their WebAssembly some stages can show on one page. */
export function assemblyStyle(stages: readonly Stage[]): AssemblyStyle {
  const texts = new Set(stages.filter(({ language }) => language === "wat").map((s) => s.text));
  const size = [...texts].reduce((sum, { length }) => sum + length, 0);
  return size <= MOST_ASSEMBLY.coloured
    ? "coloured"
    : size <= MOST_ASSEMBLY.plain
    ? "plain"
    : "left out";
}

/** The kernels of a program, in the order in which they run. */
export function kernelViews(
  program: string,
  kernels: readonly Kernel[],
  stages: readonly Stage[],
  commandOf: (stage: Stage) => string,
  figureOf: (kernel: Kernel) => string | undefined,
  context: FormContext,
): readonly KernelView[] {
  return kernels.map((kernel, at) => {
    const { name, formula } = kernel;
    const id = `${program}/kernels/${name}`;
    const own = new Map(
      stages.filter((stage) => stage.kernel === name)
        .map((stage) => [stage.id.slice(name.length + 1), stage]),
    );
    const figure = figureOf(kernel);
    return {
      id,
      name,
      number: at + 1,
      formula,
      forms: [
        ...Object.keys(LABELS).flatMap((form) => {
          const stage = own.get(form);
          return stage === undefined ? [] : [formView(id, form, stage, own, commandOf, context)];
        }),
        ...(figure === undefined ? [] : [figureView(id, name, figure)]),
      ],
    };
  });
}

function formView(
  kernel: string,
  form: string,
  stage: Stage,
  all: ReadonlyMap<string, Stage>,
  commandOf: (stage: Stage) => string,
  context: FormContext,
): FormView {
  const { links, shown, assembly } = context;
  const id = `${kernel}/${form}`;
  const sets = stage.places?.map((places) => links.setOf(places)) ?? [];
  const key = `${stage.text}\n${sets.join()}`;
  const sameAs = shown.get(key) ?? null;
  if (sameAs === null) shown.set(key, id);
  const isTwin = form === "plain.wgsl";
  const isLeftOut = stage.language === "wat" && assembly === "left out";
  return {
    id,
    label: LABELS[form] ?? form,
    title: stage.title,
    code: isLeftOut || sameAs !== null ? null : formHtml(stage, sets, context),
    figure: null,
    command: isLeftOut ? commandOf(stage) : null,
    sameAs: isLeftOut ? null : sameAs,
    hasTwin: !isTwin && form.endsWith("wgsl") && all.has("plain.wgsl"),
    isTwin,
  };
}

function formHtml(
  { text, language }: Stage,
  sets: readonly (number | undefined)[],
  { painter, assembly }: FormContext,
): string {
  const all = text.trimEnd();
  // So many lines are shown faster without an element for each.
  if (language === "wat" && assembly === "plain") return escaped(all);
  const lines = painter.lines(all, language);
  if (language === "wat") return lines.join("\n");
  return codeHtml(lines, (at) => sets[at] === undefined ? "" : ` data-from=${sets[at]}`);
}

function figureView(kernel: string, name: string, figure: string): FormView {
  return {
    id: `${kernel}/tile`,
    label: "One tile",
    title: `${name}, how one tile of the result is computed`,
    code: null,
    figure,
    command: null,
    sameAs: null,
    hasTwin: false,
    isTwin: false,
  };
}

/**
 * Lines as HTML, each an element.
 *
 * @param lines HTML
 * @param attributes of a line, counted from 0, with a space in front
 */
export function codeHtml(
  lines: readonly string[],
  attributes: (at: number) => string,
): string {
  return lines.map((line, at) => `<span class=l${attributes(at)}>${line}\n</span>`).join("");
}
