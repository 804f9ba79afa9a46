/**
 * No text needs more than every WebGPU device has.
 *
 * Source: https://www.w3.org/TR/webgpu/#limits, the default values.
 *
 * @module
 */
import { constantOf } from "./constants.ts";
import type { Attribute, Expression, Finding, Text, Type } from "./syntax.ts";

/** What every device has. */
export const LIMITS = {
  storageBuffers: 8,
  bindings: 1000,
  uniformBytes: 65_536,
  workgroupBytes: 16_384,
  workgroupSize: [256, 256, 64],
  invocations: 256,
} as const;

/** What the text needs and not every device has, and what cannot be told. */
export function checkLimits(text: Text): readonly Finding[] {
  return [...buffers(text), ...workgroupMemory(text), ...uniformMemory(text), ...workgroups(text)];
}

function* buffers({ variables }: Text): Generator<Finding> {
  const storage = variables.filter(({ space }) => space === "storage");
  const ninth = storage[LIMITS.storageBuffers];
  if (ninth !== undefined) {
    yield {
      line: ninth.line,
      message:
        `the text binds ${storage.length} storage buffers, and every device has no more than ` +
        `${LIMITS.storageBuffers}; split the kernel`,
    };
  }
  const taken = new Map<string, string>();
  for (const { name, line, attributes, space } of variables) {
    if (space === "workgroup" || space === "private") continue;
    const [group, binding] = ["group", "binding"].map((each) => numberOf(attributes, each));
    if (group === undefined || binding === undefined || binding >= LIMITS.bindings) {
      yield {
        line,
        message: `${name} has no place among the bindings: wanted @group and @binding`,
      };
      continue;
    }
    const place = `@group(${group}) @binding(${binding})`;
    const other = taken.get(place);
    if (other !== undefined) yield { line, message: `${name} and ${other} are both at ${place}` };
    taken.set(place, name);
  }
}

function* workgroupMemory(text: Text): Generator<Finding> {
  let sum = 0;
  for (const { name, line, type, space } of text.variables) {
    if (space !== "workgroup") continue;
    const bytes = bytesOf(type, text);
    if (bytes === undefined) {
      yield {
        line,
        message: `the size of ${name} in workgroup memory cannot be told from the text`,
      };
      continue;
    }
    const before = sum;
    sum += bytes;
    if (before > LIMITS.workgroupBytes || sum <= LIMITS.workgroupBytes) continue;
    yield {
      line,
      message:
        `with ${name} the text takes ${sum} bytes of workgroup memory, and every device has ` +
        `${LIMITS.workgroupBytes}; choose smaller tiles`,
    };
  }
}

function* uniformMemory(text: Text): Generator<Finding> {
  for (const { name, line, type, space } of text.variables) {
    if (space !== "uniform") continue;
    const bytes = bytesOf(type, text);
    if (bytes === undefined || bytes > LIMITS.uniformBytes) {
      yield {
        line,
        message:
          `${name} takes ${bytes ?? "an unknown number of"} bytes, and a uniform buffer has ` +
          `${LIMITS.uniformBytes}`,
      };
    }
  }
}

function* workgroups({ functions }: Text): Generator<Finding> {
  const entries = functions.filter(({ attributes }) =>
    attributes.some(({ name }) => name === "compute")
  );
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) {
    yield {
      line: entry?.line ?? 1,
      message: `the text has ${entries.length} functions to begin with, wanted one`,
    };
    return;
  }
  const size = entry.attributes.find(({ name }) => name === "workgroup_size")?.args ?? [];
  const counts = size.map((each) => constantOf(each)?.value);
  const isTooLarge = counts.some((count, at) =>
    count === undefined || count < 1 || count > (LIMITS.workgroupSize[at] ?? 0)
  );
  const all = counts.reduce<number>((product, count) => product * (count ?? NaN), 1);
  if (size.length > 0 && !isTooLarge && all <= LIMITS.invocations) return;
  yield {
    line: entry.line,
    message:
      `a workgroup has ${
        counts.map((each) => each ?? "?").join(" x ")
      } invocations, and every device has ` +
      `up to ${
        LIMITS.workgroupSize.join(" x ")
      } and ${LIMITS.invocations} together; choose smaller workgroups`,
  };
}

function numberOf(attributes: readonly Attribute[], name: string): number | undefined {
  const arg: Expression | undefined = attributes.find((each) => each.name === name)?.args[0];
  return arg && constantOf(arg)?.value;
}

/** Bytes of elements that are no structures. */
const ELEMENTS: Readonly<Record<string, number>> = { f32: 4, u32: 4, i32: 4, bool: 4, f16: 2 };
/** Elements that a vector takes the room of. */
const ROOM: Readonly<Record<string, number>> = { vec2: 2, vec3: 4, vec4: 4 };

/** The bytes that a type takes in an array; `undefined` where that cannot be told. */
function bytesOf({ name, arguments: [element], count }: Type, text: Text): number | undefined {
  const own = ELEMENTS[name];
  if (own !== undefined) return own;
  const struct = text.structs.find((each) => each.name === name);
  if (struct !== undefined) {
    const fields = struct.fields.map(({ type }) => bytesOf(type, text));
    return fields.reduce(
      (sum, each) => sum === undefined || each === undefined ? undefined : sum + each,
      0,
    );
  }
  const each = element && bytesOf(element, text);
  const many = ROOM[name] ?? (count && constantOf(count)?.value);
  return each === undefined || many === undefined ? undefined : each * many;
}
