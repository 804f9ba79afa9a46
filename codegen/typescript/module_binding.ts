/**
 * Writes a module's binding with ts-morph: a literal of exact types that ends in
 * `satisfies ModuleSpec<...>`, so that the type checker proves it fits the runtime.
 *
 * @module
 */
import { IndentationText, Project, QuoteKind, VariableDeclarationKind } from "ts-morph";
import { type Extent, showExtent } from "../../dsl/dim.ts";
import { DeclarationError } from "../../dsl/errors.ts";
import type {
  CompiledModule,
  HostExpr,
  Initial,
  Kernel,
  PlannedTensor,
  Program,
} from "../kernel/kernel.ts";
import { printHost } from "../kernel/host_expr.ts";
import {
  type BindingImport,
  type Emitted,
  type GeneratedFile,
  RUNTIME,
} from "../targets/target.ts";
import { printExtent } from "./extent.ts";

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

function initialiser(initial: Initial): string {
  if (initial.kind === "constant") return `{ kind: "constant", value: ${initial.value} }`;
  const fan = printExtent(initial.fan, "d");
  return `{ kind: "normal", mean: 0, std: Math.sqrt(${initial.gain} / (${fan})) }`;
}

/** A function of the dims, which ignores them where the text does. */
function ofDims(text: string): string {
  return text.includes("d.") ? `(d) => ${text}` : `() => ${text}`;
}

function tensorLiteral(tensor: PlannedTensor): Literal {
  return {
    dtype: JSON.stringify(tensor.dtype),
    dims: quoted(tensor.shape.map(showExtent)),
    shape: ofDims(`[${tensor.shape.map((extent) => printExtent(extent, "d")).join(", ")}]`),
    kind: JSON.stringify(tensor.kind),
    slot: String(tensor.slot),
    ...(tensor.init === undefined ? {} : { init: ofDims(`(${initialiser(tensor.init)})`) }),
  };
}

const elements = (shape: readonly Extent[]): string =>
  shape.length === 0 ? "1" : shape.map((extent) => printExtent(extent, "d")).join(" * ");

/** Every element takes four bytes, whatever its type. */
function slotLiteral(names: readonly string[], module: CompiledModule): Literal {
  const sizes = new Set(
    names.map((name) => {
      const shape = module.tensors.find((tensor) => tensor.name === name)?.shape ?? [];
      return `4 * ${elements(shape)}`;
    }),
  );
  const [only] = sizes;
  return {
    bytes: ofDims(
      sizes.size === 1 && only !== undefined ? only : `Math.max(${[...sizes].join(", ")})`,
    ),
  };
}

function kernelLiteral(kernel: Kernel, properties: Readonly<Record<string, string>>): Literal {
  return {
    name: JSON.stringify(kernel.name),
    layer: JSON.stringify(kernel.layer),
    formula: JSON.stringify(kernel.formula),
    bindings: kernel.tensors.map((tensor) =>
      `{ tensor: ${JSON.stringify(tensor.name)}, access: ${JSON.stringify(tensor.access)} }`
    ),
    ...properties,
  };
}

function hostValue(value: HostExpr): string {
  return ofDims(printHost(value, (name) => `d.${name}`));
}

function programLiteral(program: Program, emitted: readonly Emitted[]): Literal {
  return {
    inputs: quoted(program.inputs),
    outputs: quoted(program.outputs),
    updates: quoted(program.updates),
    scalars: quoted(program.scalars),
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

function moduleLiteral(module: CompiledModule, emitted: readonly Emitted[]): Literal {
  const all = <T>(entries: readonly (readonly [string, T])[]): Record<string, T> =>
    Object.fromEntries(entries);
  return {
    name: JSON.stringify(module.name),
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

/** Words that no TypeScript module can export a constant by. */
const WORDS = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export
  extends false finally for function if implements import in instanceof interface let new null package
  private protected public return static super switch this throw true try typeof var void while with
  yield undefined NaN Infinity`.split(/\s+/),
);

/**
 * The name a binding exports its module by: `sharedLinear` for `shared_linear`.
 *
 * @throws {DeclarationError} if TypeScript keeps that name for itself.
 */
export function exportName(name: string): string {
  const exported = name.replace(/_+([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  if (!WORDS.has(exported)) return exported;
  throw new DeclarationError(
    `Cannot generate "${name}": its binding would export the constant "${exported}", which is a word of TypeScript; use another name, such as "${name}_layer"`,
  );
}

/** The name of a module's binding. */
export function bindingPath(name: string): string {
  return `${name}.ts`;
}

/** A union of string types. */
function union(names: readonly string[]): string {
  return names.length === 0 ? "never" : names.map((name) => JSON.stringify(name)).join(" | ");
}

/** Everything a binding needs to be printed. */
export interface BindingParts {
  readonly module: CompiledModule;
  readonly doc: string;
  readonly emitted: readonly Emitted[];
  /** Where the runtime is, as an import specifier seen from the module's folder. */
  readonly runtime: string;
}

/** Writes the binding of a module. */
export function bindingFile({ module, doc, emitted, runtime }: BindingParts): GeneratedFile {
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
      initializer: `${printLiteral(moduleLiteral(module, emitted))} as const satisfies ModuleSpec<${
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
