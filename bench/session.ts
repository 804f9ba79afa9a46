/**
 * What the sections of a run share.
 *
 * @module
 */
import { type ChildCommand, type ChildOutcome, runChild } from "./child.ts";
import { messagesOf } from "./messages.ts";
import type { BenchOptions } from "./options.ts";

/** Tells how far a run has come. */
export interface Progress {
  /** A turn begins. */
  begin(what: string): void;
  /** A turn is over. */
  end(): void;
}

/** One run of the benchmark. */
export class Session {
  readonly options: BenchOptions;
  readonly cores: number;
  /** Nobody is told until somebody asks. */
  progress: Progress = { begin: () => {}, end: () => {} };
  /** Names, versions and devices that contestants told. */
  readonly engines: Set<string> = new Set();
  /** Sentences about what was left out. */
  readonly notices: Set<string> = new Set();

  constructor(options: BenchOptions, cores: number) {
    this.options = options;
    this.cores = cores;
  }

  /** Those contestants that were asked for. */
  chosen<C extends { readonly id: string }>(contestants: readonly C[]): readonly C[] {
    const { contestants: words } = this.options;
    if (words.length === 0) return contestants;
    return contestants.filter(({ id }) => words.some((word) => id.includes(word.toLowerCase())));
  }

  /** Runs a contestant's turn. */
  async run(what: string, command: ChildCommand, secondsAllowed: number): Promise<ChildOutcome> {
    this.progress.begin(what);
    const outcome = await runChild(command, secondsAllowed);
    for (const { engine, device } of messagesOf(outcome.messages, "about")) {
      this.engines.add(device === "cpu" ? engine : `${engine} on ${device}`);
    }
    this.progress.end();
    return outcome;
  }
}
