/**
 * Writes a module's binding with ts-morph: a literal of exact types that ends in
 * `satisfies ModuleSpec<...>`, so that the type checker proves it fits the runtime.
 *
 * @module
 */
import { IndentationText, Project, QuoteKind, VariableDeclarationKind } from "ts-morph";
import { type Extent, showExtent } from "../../dsl/dim.ts";
import type {
  CompiledModule,
  HostExpr,
  Initial,
  Kernel,
  PlannedTensor,
  Program,
} from "../kernel/kernel.ts";
import { printHost } from "../kernel/host_expr.ts";
import { ELEMENT_BYTES } from "../kernel/storage.ts";
import { kernelBytes, kernelFlops } from "../kernel/work.ts";
import {
  type BindingImport,
  type Emitted,
  type GeneratedFile,
  RUNTIME,
} from "../targets/target.ts";
import { functionOfDims, type PrintDim, printExtent } from "./extent.ts";
import { exportName } from "./names.ts";

/** Lines of an object literal, nested as data. */
type Literal = string | readonly Literal[] | { readonly [key: string]: Literal };

function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

function printLiteral(literal: Literal): string {
  if (typeof literal === "string") return literal;
  if (Array.isArray(literal)) return `[${literal.map(printLiteral).join(", ")}]`;
  const entries = Object.entries(literal).map(([name, value]) =>
    `${key(name)}: ${printLiteral(value)},`
  );
  return `{\n${entries.join("\n")}\n}`;
}

const quoted = (names: readonly string[]): string => JSON.stringify(names);

function initialiser(initial: Initial, shape: readonly Extent[], dim: PrintDim): string {
  switch (initial.kind) {
    case "constant":
      return `{ kind: "constant", value: ${initial.value} }`;
    case "normal":
      return `{ kind: "normal", mean: ${initial.mean}, std: ${initial.std} }`;
    case "uniform":
      return `{ kind: "uniform", low: ${initial.low}, high: ${initial.high} }`;
    case "scaled": {
      const { distribution, gain, fans } = initial;
      const fan = fans.map((extent) => printExtent(extent, dim)).join(" + ");
      // Evenly spread numbers from −a to a have the variance a² / 3.
      return distribution === "normal"
        ? `{ kind: "normal", mean: 0, std: Math.sqrt(${gain} / (${fan})) }`
        : `{ kind: "uniform", low: -Math.sqrt(${3 * gain} / (${fan})), high: Math.sqrt(${
          3 * gain
        } / (${fan})) }`;
    }
    case "orthogonal":
      return `{ kind: "orthogonal", gain: ${initial.gain}, rows: ${
        elements(shape.slice(0, 1), dim)
      }, columns: ${elements(shape.slice(1), dim)} }`;
  }
}

function tensorLiteral(tensor: PlannedTensor): Literal {
  const { init } = tensor;
  return {
    dtype: JSON.stringify(tensor.dtype),
    dims: quoted(tensor.shape.map(showExtent)),
    shape: functionOfDims((dim) =>
      `[${tensor.shape.map((extent) => printExtent(extent, dim)).join(", ")}]`
    ),
    kind: JSON.stringify(tensor.kind),
    slot: String(tensor.slot),
    ...(init === undefined
      ? {}
      : { init: functionOfDims((dim) => `(${initialiser(init, tensor.shape, dim)})`) }),
  };
}

const elements = (shape: readonly Extent[], dim: PrintDim): string =>
  shape.length === 0 ? "1" : shape.map((extent) => printExtent(extent, dim)).join(" * ");

function slotLiteral(names: readonly string[], module: CompiledModule): Literal {
  const bytes = (dim: PrintDim): string => {
    const sizes = new Set(
      names.map((name) => {
        const { shape = [], dtype = "f32" } = module.tensors.find((each) => each.name === name) ??
          {};
        const size = ELEMENT_BYTES[dtype];
        return size === 1 ? elements(shape, dim) : `${size} * ${elements(shape, dim)}`;
      }),
    );
    const [only] = sizes;
    return sizes.size === 1 && only !== undefined ? only : `Math.max(${[...sizes].join(", ")})`;
  };
  return { bytes: functionOfDims(bytes) };
}

function kernelLiteral(kernel: Kernel, properties: Readonly<Record<string, string>>): Literal {
  return {
    name: JSON.stringify(kernel.name),
    layer: JSON.stringify(kernel.layer),
    formula: JSON.stringify(kernel.formula),
    bindings: kernel.tensors.map((tensor) =>
      `{ tensor: ${JSON.stringify(tensor.name)}, access: ${JSON.stringify(tensor.access)} }`
    ),
    flops: hostValue(kernelFlops(kernel)),
    bytes: hostValue(kernelBytes(kernel)),
    ...properties,
  };
}

function hostValue(value: HostExpr): string {
  return functionOfDims((dim) => printHost(value, dim));
}

function limitsLiteral({ limits }: Program): Readonly<Record<string, Literal>> {
  if (limits === undefined) return {};
  const entries = [...limits].map(([name, most]) => [name, hostValue(most)] as const);
  return { limits: Object.fromEntries(entries) };
}

function programLiteral(program: Program, emitted: readonly Emitted[]): Literal {
  return {
    inputs: quoted(program.inputs),
    outputs: quoted(program.outputs),
    updates: quoted(program.updates),
    scalars: quoted(program.scalars),
    ...limitsLiteral(program),
    uniforms: program.uniforms.map(({ name, type, value }) =>
      `{ name: ${JSON.stringify(name)}, dtype: ${JSON.stringify(type)}, value: ${
        hostValue(value)
      } }`
    ),
    kernels: program.kernels.map((kernel, at) =>
      kernelLiteral(
        kernel,
        Object.assign({}, ...emitted.map((each) => each.kernelProperties({ program, kernel, at }))),
      )
    ),
  };
}

function moduleLiteral({ module, hash, emitted }: BindingParts): Literal {
  const all = <T>(entries: readonly (readonly [string, T])[]): Record<string, T> =>
    Object.fromEntries(entries);
  return {
    name: JSON.stringify(module.name),
    declaration: JSON.stringify(hash),
    fixedDims: quoted(module.fixedDims),
    callDims: quoted(module.callDims),
    tensors: all(module.tensors.map((tensor) => [tensor.name, tensorLiteral(tensor)])),
    slots: module.slots.map((names) => slotLiteral(names, module)),
    programs: all(
      module.programs.map((program) => [program.name, programLiteral(program, emitted)]),
    ),
    ...Object.assign({}, ...emitted.map((each) => each.moduleProperties)),
  };
}

/** The name of a module's binding. */
function bindingPath(name: string): string {
  return `${name}.ts`;
}

/** A union of string types. */
function union(names: readonly string[]): string {
  return names.length === 0 ? "never" : names.map((name) => JSON.stringify(name)).join(" | ");
}

/** Everything a binding needs to be printed. */
interface BindingParts {
  readonly module: CompiledModule;
  readonly doc: string;
  /** What the declaration says, as `ModuleSpec` tells it. */
  readonly hash: string;
  readonly emitted: readonly Emitted[];
  /** Where the runtime is, as an import specifier seen from the module's folder. */
  readonly runtime: string;
}

/** Writes the binding of a module. */
export function bindingFile(parts: BindingParts): GeneratedFile {
  const { module, doc, emitted, runtime } = parts;
  const project = new Project({
    useInMemoryFileSystem: true,
    manipulationSettings: {
      indentationText: IndentationText.TwoSpaces,
      quoteKind: QuoteKind.Double,
    },
  });
  const file = project.createSourceFile(bindingPath(module.name));
  const imports: BindingImport[] = emitted.flatMap((each) => each.imports);
  for (const { name, from, attribute } of imports) {
    file.addImportDeclaration({
      moduleSpecifier: from.replace(RUNTIME, runtime),
      ...(typeof name === "string" ? { defaultImport: name } : { namedImports: [...name] }),
      ...(attribute === undefined ? {} : { attributes: [{ name: "type", value: attribute }] }),
    });
  }
  file.addImportDeclaration({
    isTypeOnly: true,
    moduleSpecifier: `${runtime}/spec.ts`,
    namedImports: ["ModuleSpec"],
  });
  const dims = [...module.callDims, ...module.fixedDims];
  const scalars = new Set(module.programs.flatMap((program) => program.scalars));
  file.addVariableStatement({
    isExported: true,
    declarationKind: VariableDeclarationKind.Const,
    docs: [
      `${doc === "" ? module.name : doc.replaceAll("*/", "*\\/")}\n\nDims: ${
        dims.join(", ") || "none"
      }.`,
    ],
    declarations: [{
      name: exportName(module.name),
      initializer: `${printLiteral(moduleLiteral(parts))} as const satisfies ModuleSpec<${
        union(dims)
      }, ${union([...scalars])}>`,
    }],
  });
  file.formatText({ indentSize: 2 });
  file.insertText(
    0,
    `// Generated by \`deno task gen\` from the declaration "${module.name}"; do not edit.\n\n`,
  );
  return { path: bindingPath(module.name), content: file.getFullText() };
}
