/**
 * Checkpoints as files: safetensors, so that other programs can read their tensors too, with the rest as JSON
 * in the metadata.
 *
 * @module
 */
import { decodeArrayFile } from "../formats/array_file.ts";
import { FormatError } from "../formats/format_error.ts";
import { encodeSafetensors } from "../formats/safetensors.ts";
import { isCount } from "../module_layout.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { EpochEnd } from "./events.ts";

/** The version of this form. */
const FORMAT = "tilewright checkpoint 1";

/** Everything but the tensors. */
type State = Omit<Checkpoint, "tensors" | "module" | "declaration">;

/**
 * A checkpoint as a safetensors file. `module`, `declaration` and `format` are texts of its metadata, `state`
 * is JSON.
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  const { tensors, module, declaration, ...state } = checkpoint;
  return encodeSafetensors(tensors, {
    format: FORMAT,
    module,
    declaration,
    state: JSON.stringify(state satisfies State),
  });
}

/**
 * Reads a checkpoint.
 *
 * @param file its path, for messages
 * @throws {FormatError} if the file is damaged, or holds arrays but no checkpoint
 */
export function decodeCheckpoint(bytes: Uint8Array, file: string): Checkpoint {
  const { arrays, metadata } = decodeArrayFile(bytes, file);
  const { format, module, declaration, state } = metadata;
  if (format === undefined || module === undefined || declaration === undefined) {
    throw new FormatError(
      `${file} holds weights but is no checkpoint: it does not tell how far training had come; ` +
        `start anew from its weights instead.`,
    );
  }
  if (format !== FORMAT) {
    throw new FormatError(
      `${file} is of the form "${format}", but this version reads "${FORMAT}"; use the version that wrote it.`,
    );
  }
  return { module, declaration, ...decodeState(state ?? "", file), tensors: arrays };
}

/** True for the metadata of a checkpoint. */
export function isCheckpoint(metadata: Readonly<Record<string, string>>): boolean {
  return metadata["format"]?.startsWith("tilewright checkpoint") ?? false;
}

function decodeState(text: string, file: string): State {
  const damaged = (what: string) =>
    new FormatError(`${file} is damaged: ${what} in its metadata; use an older checkpoint.`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw damaged("the state of training is no JSON");
  }
  const wrong = faultOf(json, STATE, "state");
  if (wrong !== undefined) throw damaged(wrong);
  // It has just been found to have this form.
  return json as State;
}

/** What a part of a JSON text has to be: undefined if it is. */
type Check = (value: unknown, path: string) => string | undefined;
type Fields = Readonly<Record<string, Check>>;

const kind = (wanted: string, fits: (value: unknown) => boolean): Check => (value, path) =>
  fits(value) ? undefined : `${path} is ${JSON.stringify(value)} and not ${wanted}`;
const COUNT = kind("a count", (value) => typeof value === "number" && isCount(value));
const SECONDS = kind("a time", (value) => typeof value === "number" && value >= 0);
const ANY: Check = () => undefined;
const optional = (check: Check): Check => (value, path) =>
  value === undefined ? undefined : check(value, path);
const object = (fields: Fields): Check => (value, path) => faultOf(value, fields, path);
/** JSON has no infinities; they became null. */
const NUMBERS: Check = kind(
  "an object of numbers",
  (value) =>
    isObject(value) &&
    Object.values(value).every((each) => typeof each === "number" || each === null),
);

const EPOCH_END: Readonly<Record<keyof EpochEnd, Check>> = {
  kind: kind('"epoch_end"', (value) => value === "epoch_end"),
  epoch: COUNT,
  steps: COUNT,
  seconds: SECONDS,
  elapsedSeconds: SECONDS,
  main: NUMBERS,
  validation: (value, path) => value === null ? undefined : NUMBERS(value, path),
};

const STATE: Readonly<Record<keyof State, Check>> = {
  position: object({ epoch: COUNT, batch: COUNT, step: COUNT }),
  settings: object({ seed: COUNT, batchSize: optional(COUNT), batches: COUNT }),
  sums: object({ samples: COUNT, totals: NUMBERS }),
  seconds: SECONDS,
  history: (value, path) => {
    if (!Array.isArray(value)) return `${path} is no list`;
    return value.map((each, i) => faultOf(each, EPOCH_END, `${path}[${i}]`)).find(Boolean);
  },
  config: ANY,
};

function faultOf(value: unknown, fields: Fields, path: string): string | undefined {
  if (!isObject(value)) return `${path} is ${JSON.stringify(value)} and no object`;
  return Object.entries(fields)
    .map(([name, check]) => check(value[name], `${path}.${name}`))
    .find((fault) => fault !== undefined);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
