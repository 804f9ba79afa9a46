/**
 * What a contestant, a process of its own, tells the benchmark: JSON objects on standard output, one
 * per line. Everything else on the line or between lines (banners of libraries) is left alone.
 *
 * @module
 */

/** Which fields each kind of message has. */
const FIELDS = {
  /** Who computes: name and version, the device it runs on, and how many threads compute there. */
  about: { engine: "string", device: "string", threads: "number" },
  /** Millions of operations of a step's contractions and reductions. */
  work: { megaFlop: "number" },
  /** Training steps in a row, timed together; the mean of their losses. */
  chunk: { steps: "number", milliseconds: "number", loss: "number" },
  /** A matrix product, by its name: milliseconds of a call at median and at best, and calls made. */
  product: { name: "string", median: "number", best: "number", calls: "number" },
  /** A kernel of a program, as in a row of a profile. */
  kernel: {
    program: "string",
    kernel: "string",
    calls: "number",
    milliseconds: "number",
    share: "number",
    gflops: "number",
    gbytes: "number",
    attained: "number",
  },
  /** The most a loop of generated WebAssembly did: billions of operations or bytes per second. */
  peak: { loop: "string", threads: "number", rate: "number" },
  /** The contestant has finished; the most memory it held. */
  end: { peakMiB: "number" },
} as const;

type Kind = keyof typeof FIELDS;
interface ValueOf {
  readonly string: string;
  readonly number: number;
}

/** A message of kind `K`. */
export type MessageOf<K extends Kind> =
  & { readonly kind: K }
  & {
    readonly [F in keyof typeof FIELDS[K]]: typeof FIELDS[K][F] extends keyof ValueOf
      ? ValueOf[typeof FIELDS[K][F]]
      : never;
  };

/** Any message. */
export type Message = { readonly [K in Kind]: MessageOf<K> }[Kind];

/**
 * Reads one line: a message, or nothing if the line is none.
 *
 * @throws {SyntaxError} if a line is a message of a known kind but lacks a field
 */
export function parseMessage(line: string): Message | undefined {
  const fields = parseObject(line);
  if (fields === undefined || !isKind(fields.kind)) return undefined;
  for (const [name, type] of Object.entries(FIELDS[fields.kind])) {
    const given: string = typeof fields[name];
    if (given !== type) {
      throw new SyntaxError(
        `Cannot read a message "${fields.kind}": its field "${name}" should be a ${type}, got ` +
          `${JSON.stringify(fields[name])}; the line is ${line}`,
      );
    }
  }
  // Kind and fields were compared with the table that the type is made from.
  return fields as unknown as Message;
}

function isKind(value: unknown): value is Kind {
  return typeof value === "string" && Object.hasOwn(FIELDS, value);
}

function parseObject(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The messages of one kind, in order. */
export function messagesOf<K extends Kind>(
  messages: readonly Message[],
  kind: K,
): readonly MessageOf<K>[] {
  return messages.filter((message): message is Message & MessageOf<K> => message.kind === kind);
}
