/** How Python spells names, numbers and operators. @module */
/** Operators by how closely they bind, the loosest first, as Python's grammar has it. */
export const LEVELS = {
  choice: 0,
  comparison: 1,
  or: 2,
  and: 3,
  sum: 4,
  product: 5,
  sign: 6,
  power: 7,
  atom: 8,
} as const;

/** How closely the outermost operator of a text binds. */
export type Level = typeof LEVELS[keyof typeof LEVELS];

/** A piece of Python. */
export interface PythonText {
  readonly text: string;
  readonly level: Level;
}

/** A name, a call, a subscript, or a number that has no sign. */
export const atom = (text: string): PythonText => ({ text, level: LEVELS.atom });

/** A text as the operand of an operator, in parentheses where it binds more loosely. */
export const within = ({ text, level }: PythonText, least: Level): string =>
  level < least ? `(${text})` : text;

/** Two operands with an operator between them; those of one level are read from the left. */
export function infix(sign: string, level: Level, left: PythonText, right: PythonText): PythonText {
  // A comparison of comparisons would be a chain.
  const least = level === LEVELS.comparison ? next(level) : level;
  return { text: `${within(left, least)} ${sign} ${within(right, next(level))}`, level };
}

/** A base and an exponent; a power is read from the right, and binds closer than a sign before it. */
export function power(base: PythonText, exponent: PythonText): PythonText {
  const [below, above] = [within(base, LEVELS.atom), within(exponent, LEVELS.sign)];
  // Signs stand close between what is no expression itself, as formatters have it.
  const isShort = /^[-\w.]+$/.test(below) && /^[-\w.]+$/.test(above);
  const text = isShort ? `${below}**${above}` : `${below} ** ${above}`;
  return { text, level: LEVELS.power };
}

/** A sign before an operand. */
export function prefix(sign: string, operand: PythonText): PythonText {
  return { text: `${sign}${within(operand, LEVELS.sign)}`, level: LEVELS.sign };
}

// Each level but the last has a next one.
const next = (level: Level): Level => Math.min(level + 1, LEVELS.atom) as Level;

/** A function of operands. */
export const call = (name: string, ...operands: readonly string[]): PythonText =>
  atom(`${name}(${operands.join(", ")})`);

/** A method of an operand. */
export const method = (on: PythonText, name: string, ...operands: readonly string[]): PythonText =>
  atom(`${within(on, LEVELS.atom)}.${name}(${operands.join(", ")})`);

/** A number as Python writes it. */
export function literal(value: number, isFloat: boolean): PythonText {
  if (!Number.isFinite(value)) {
    return Number.isNaN(value)
      ? atom("math.nan")
      : value > 0
      ? atom("math.inf")
      : prefix("-", atom("math.inf"));
  }
  // As it was declared: its type is that of the tensor beside it.
  const text = isFloat ? floatText(Math.abs(value)) : String(Math.abs(value));
  return value < 0 || Object.is(value, -0) ? prefix("-", atom(text)) : atom(text);
}

function floatText(value: number): string {
  const text = String(value).replace("e+", "e");
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** A text in quotes. */
export const quoted = (text: string): string => JSON.stringify(text);

/** A tuple of numbers: with one alone there is a comma. */
export const tuple = (parts: readonly string[]): string =>
  parts.length === 1 ? `(${parts[0]},)` : `(${parts.join(", ")})`;

/** Words that Python keeps for itself. */
const KEYWORDS: ReadonlySet<string> = new Set(
  `False None True and as assert async await break class continue def del elif else except finally for from
  global if import in is lambda nonlocal not or pass raise return try while with yield`.split(
    /\s+/,
  ),
);

/** Those, and what the texts import, call or name themselves. */
export const RESERVED: ReadonlySet<string> = new Set([
  ...KEYWORDS,
  ...`abs bool dict float int len list max min range set str sum tuple zip print self super ctx math torch nn
  Tensor device dtype once_differentiable closure`.split(/\s+/),
]);

/** A name as Python takes one, apart from its keywords. */
export function legalName(name: string): string {
  const plain = name.replaceAll("'", "_next").replaceAll(/[^A-Za-z0-9_]/g, "_");
  if (KEYWORDS.has(plain)) return `${plain}_`;
  return /^[A-Za-z_]/.test(plain) ? plain : `n${plain}`;
}

/** Hands out names of Python: legal, and unique among those of one function. */
export class Identifiers {
  readonly #given = new Map<unknown, string>();
  readonly #taken: Set<string>;

  /** @param taken names that are in use */
  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set([...RESERVED, ...taken]);
  }

  /** The name of a thing, made from the one that is wanted; always the same for the same thing. */
  of(thing: unknown, wanted: string): string {
    const known = this.#given.get(thing);
    if (known !== undefined) return known;
    const plain = legalName(wanted);
    let name = plain;
    for (let count = 2; this.#taken.has(name); count++) name = `${plain}_${count}`;
    this.#taken.add(name);
    this.#given.set(thing, name);
    return name;
  }
}

/** A text that describes what it stands in, whatever signs it has. */
export function docstring(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll('"""', '\\"\\"\\"')
    .replace(/"$/, '\\"');
  return `"""${escaped}"""`;
}

/** A class's name, from one in snake_case. */
export const className = (name: string): string =>
  name.split("_").map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join("");

/** Lines one level further in. */
export const indent = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => line === "" ? "" : `    ${line}`);
