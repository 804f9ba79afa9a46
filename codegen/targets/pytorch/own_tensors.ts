/**
 * The parameters and states of a module of PyTorch: how it makes them, and what they begin with.
 *
 * A name with points, such as `l1.W`, is a parameter of a module inside of this one, so that a dictionary of states
 * has the names that files of weights have.
 *
 * @module
 */
import type { Node } from "../../../dsl/ops.ts";
import { leafName } from "../../programs/programs.ts";
import { head } from "./signature.ts";
import { fillText } from "./initial_text.ts";
import { indent, legalName } from "./language.ts";
import { extentText, factorsOf } from "./sizes.ts";

/** Attributes of `nn.Module` that a parameter must not hide. */
const ATTRIBUTES: ReadonlySet<string> = new Set(
  `T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches
  eval extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict
  modules named_buffers named_children named_modules named_parameters parameters predict register_backward_hook
  register_buffer register_forward_hook register_module register_parameter requires_grad_ reset_parameters
  set_extra_state share_memory state_dict to to_empty train training type xpu zero_grad`.split(
    /\s+/,
  ),
);

/** The name under which a module has something: its own, unless modules have another use for that. */
const attributeOf = (name: string): string => ATTRIBUTES.has(name) ? `${name}_` : legalName(name);

/** What a module keeps. */
export interface OwnTensors {
  readonly params: readonly Node[];
  readonly state: readonly Node[];
  /** Dims that it is given besides those of its tensors. */
  readonly dims: readonly string[];
}

/** The tensor of a leaf, as the module's methods call it. */
export const ownTensor = (leaf: Node): string =>
  `self.${leafName(leaf).split(".").map(attributeOf).join(".")}`;

/** A size that the module was made with; a parameter may have the name of a dim. */
export const ownSize = (dim: string): string => `self._${dim}`;

/** The dims in some shapes, in order of first use. */
export function dimsOf(nodes: readonly Node[]): readonly string[] {
  return [
    ...new Set(nodes.flatMap(({ shape }) => shape.flatMap((each) => factorsOf(each).symbols))),
  ];
}

/** The methods that make tensors and fill them; none where there is nothing to keep. */
export function ownMethods({ params, state, dims }: OwnTensors): readonly string[] {
  const own = [...params, ...state];
  const sizes = [...new Set([...dimsOf(own), ...dims])];
  if (own.length === 0 && sizes.length === 0) return [];
  const filled = own.map((leaf) =>
    fillText(ownTensor(leaf), leaf.op === "input" && leaf.attrs.initial || ZERO)
  );
  const known = sizes.filter((dim) => dims.includes(dim) || isNamed(dim, filled));
  const unpacked = sizes.filter((dim) => isNamed(dim, filled));
  return [
    ...head("def __init__", ["self", ...sizes.map((dim) => `${dim}: int`)], " -> None:", 1),
    ...indent([
      "super().__init__()",
      ...known.map((dim) => `${ownSize(dim)} = ${dim}`),
      ...groupsOf(own),
      ...params.map((leaf) => `${ownTensor(leaf)} = nn.Parameter(${emptyText(leaf)})`),
      ...state.map((leaf) => bufferText(leaf)),
      ...(own.length === 0 ? [] : ["self.reset_parameters()"]),
    ]),
    "",
    ...(own.length === 0 ? [] : [
      "def reset_parameters(self) -> None:",
      ...indent([
        '"""Gives parameters and states their first values."""',
        ...(unpacked.length === 0
          ? []
          : [`${unpacked.join(", ")} = ${unpacked.map(ownSize).join(", ")}`]),
        ...filled,
      ]),
      "",
    ]),
  ];
}

const ZERO = { kind: "constant", value: 0 } as const;

/** True if a statement uses a dim. */
const isNamed = (dim: string, statements: readonly string[]): boolean =>
  statements.some((text) => new RegExp(`(?<![.\\w])${dim}\\b`).test(text));

/** Modules for names with points. */
function groupsOf(own: readonly Node[]): readonly string[] {
  const paths = own.flatMap((leaf) => {
    const parts = leafName(leaf).split(".").map(attributeOf);
    return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join("."));
  });
  return [...new Set(paths)].map((path) => `self.${path} = nn.Module()`);
}

function emptyText(leaf: Node): string {
  const shape = leaf.shape.map((each) => extentText(each).text).join(", ");
  const type = leaf.dtype === "f32" ? "" : ", dtype=torch.int64";
  return `torch.empty(${shape === "" ? "()" : shape}${type})`;
}

function bufferText(leaf: Node): string {
  const parts = ownTensor(leaf).split(".");
  return `${parts.slice(0, -1).join(".")}.register_buffer("${parts.at(-1)}", ${emptyText(leaf)})`;
}
