/**
 * Runs a contestant as a process of its own and reads what it tells.
 *
 * @module
 */
import { type Message, messagesOf, parseMessage } from "./messages.ts";

/** A process to start. */
export interface ChildCommand {
  /** What to run, e.g. `python3`. */
  readonly program: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** Variables to set besides those of {@linkcode plainEnvironment}. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What became of a process. */
export type ChildOutcome =
  | { readonly ok: true; readonly messages: readonly Message[] }
  /** It ended without its last message; `why` is a sentence with the end of what it printed. */
  | { readonly ok: false; readonly messages: readonly Message[]; readonly why: string };

/** Lines of a failed process that are shown where none names an error. */
const SHOWN_LINES = 3;

/** Variables by which OpenBLAS and OpenMP would be tuned for another machine, and loaders redirected. */
const TUNING = /^(OPENBLAS|OMP|GOTO|MKL|KMP|LD|DYLD)_/;

/**
 * An environment without variables that tune numerical libraries, so that every run is alike and the
 * libraries choose what suits the processor.
 */
export function plainEnvironment(
  all: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !TUNING.test(name)));
}

/** Runs a process to its end, or until `secondsAllowed` have passed. */
export async function runChild(
  command: ChildCommand,
  secondsAllowed: number,
): Promise<ChildOutcome> {
  const { program, args, env = {} } = command;
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(program, {
      args: [...args],
      clearEnv: true,
      env: { ...plainEnvironment(Deno.env.toObject()), NO_COLOR: "1", ...env },
      signal: AbortSignal.timeout(1000 * secondsAllowed),
      stdin: "null",
    }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { ok: false, messages: [], why: `${program} is not installed.` };
  }
  const lines = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim().split("\n");
  return readOutcome(lines(output.stdout), lines(output.stderr), {
    code: output.code,
    stopped: output.signal === "SIGTERM",
    secondsAllowed,
  });
}

/** How a process ended. */
interface Ending {
  readonly code: number;
  /** Whether it was stopped because its time was up. */
  readonly stopped: boolean;
  readonly secondsAllowed: number;
}

/** Makes an outcome of what a process printed. */
export function readOutcome(
  stdout: readonly string[],
  stderr: readonly string[],
  { code, stopped, secondsAllowed }: Ending,
): ChildOutcome {
  let messages: readonly Message[];
  try {
    messages = stdout.flatMap((line) => parseMessage(line) ?? []);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { ok: false, messages: [], why: `${error.message}.` };
  }
  if (messagesOf(messages, "end").length > 0) return { ok: true, messages };
  if (stopped) return { ok: false, messages, why: `It took more than ${secondsAllowed} s.` };
  const lines = stderr.map((line) => line.trim()).filter((line) => line !== "");
  const error = lines.findLast((line) => /Error\b/.test(line));
  const said = error ?? lines.slice(-SHOWN_LINES).join(" ");
  return { ok: false, messages, why: `It ended with code ${code}: ${said || "no message"}` };
}
