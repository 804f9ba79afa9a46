/** The view-model of every kernel's head. @module */
import { showShape } from "../../../dsl/dim.ts";
import type { Kernel, KernelTensor, Uniform } from "../../kernel/kernel.ts";
import type { FunctionView } from "./functions.ts";
import type { ExpressionWriter } from "./expression.ts";
import { identifier } from "./language.ts";

/** Lines of every kernel's head. */
export interface HeadView {
  readonly title: string;
  readonly comments: readonly string[];
  /** What the text uses beyond the core of the language. */
  readonly enables: readonly string[];
  /** A list of zero or one groups of overridable constants. */
  readonly overrides: readonly { readonly names: readonly string[] }[];
  /** A list of zero or one uniform blocks. */
  readonly uniforms: readonly {
    readonly binding: number;
    readonly fields: readonly { readonly name: string; readonly type: string }[];
  }[];
  readonly buffers: readonly {
    readonly binding: number;
    readonly access: string;
    readonly name: string;
    readonly type: string;
    /** The shape, for reading. */
    readonly holds: string;
  }[];
  /** Functions that take bytes out of words, for tensors of bytes. */
  readonly readers: readonly { readonly name: string; readonly words: string }[];
  /** Functions of operators that WGSL lacks. */
  readonly functions: readonly FunctionView[];
}

/** What a head says besides what the kernel itself determines. */
export interface HeadContext {
  readonly title: string;
  readonly comments: readonly string[];
  /** The program's uniforms, as far as the last one that the text reads: the block begins with them. */
  readonly uniforms: readonly Uniform[];
  /** Dims to declare as overridable constants. */
  readonly constants: readonly string[];
}

/** The head of a kernel. */
export function headView(kernel: Kernel, writer: ExpressionWriter, context: HeadContext): HeadView {
  const fields = context.uniforms.map(({ name, type }) => ({ name: identifier(name), type }));
  return {
    title: context.title,
    comments: context.comments.map((line) => line === "" ? "//" : `// ${line}`),
    enables: kernel.tensors.some(({ dtype }) => dtype === "f16") ? ["f16"] : [],
    overrides: context.constants.length === 0
      ? []
      : [{ names: context.constants.map((name) => writer.ids.of("dim", name)) }],
    uniforms: fields.length === 0 ? [] : [{ binding: kernel.tensors.length, fields }],
    buffers: kernel.tensors.map((tensor, binding) => ({
      binding,
      access: tensor.access === "read" ? "read" : "read_write",
      name: writer.ids.of("tensor", tensor.name),
      ...elementsOf(tensor, writer),
    })),
    readers: kernel.tensors.filter((tensor) => tensor.dtype === "u8").map(({ name }) => ({
      name: writer.byteReader(name),
      words: writer.ids.of("tensor", name),
    })),
    functions: [...writer.functions.values()],
  };
}

function elementsOf({ name, dtype, shape, provenance }: KernelTensor, writer: ExpressionWriter) {
  const shown = writer.marks.mark(showShape(shape), provenance);
  if (writer.fours.has(name)) return { type: `vec4<${dtype}>`, holds: `${shown} in fours` };
  return dtype === "u8" ? { type: "u32", holds: `${shown} bytes` } : { type: dtype, holds: shown };
}
