/** What the page and its training worker say to each other. @module */
import type { BackendName } from "../../runtime/backend.ts";
import type { BackendChoice } from "../../runtime/open_backend.ts";
import type { EpochEnd, Progress, Report } from "../../runtime/train/events.ts";

/** The networks that the page trains. */
export const NETWORK_NAMES = ["shared", "original"] as const;
/** One of {@linkcode NETWORK_NAMES}. */
export type NetworkName = (typeof NETWORK_NAMES)[number];

/** What makes a training what it is. */
export interface Settings {
  readonly model: NetworkName;
  readonly backend: BackendChoice;
  /** Decides first weights and the order of samples. */
  readonly seed: number;
  /** Samples per step. */
  readonly batch: number;
}

/** What the page asks for. */
export type Command =
  /** Begins anew, with these settings. */
  | { readonly kind: "reset"; readonly settings: Settings }
  /** Trains up to the end of this epoch. */
  | { readonly kind: "start"; readonly epochs: number }
  /** Takes one step. */
  | { readonly kind: "step"; readonly epochs: number }
  /** Ends training after the step in progress. */
  | { readonly kind: "pause" }
  /** Asks for a checkpoint; training goes on. */
  | { readonly kind: "save" }
  /** Goes on from a checkpoint. */
  | { readonly kind: "load"; readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }
  /** Looks at an image: 28 × 28 numbers from 0 to 1. Every report tells anew what the network sees in it. */
  | { readonly kind: "look"; readonly pixels: Float32Array<ArrayBuffer> }
  /** Looks at the test image of this number. */
  | { readonly kind: "look_at_test"; readonly index: number }
  /** Looks at nothing any more. */
  | { readonly kind: "look_away" };

/** What a training can do now. */
export type State = "busy" | "ready" | "training" | "failed";

/** Where the network is, and what it learns from. */
export interface Place {
  readonly settings: Settings;
  /** Why it runs where it runs, in one sentence. */
  readonly reason: string;
  readonly backend: BackendName;
  readonly threads: number;
  /** Whether threads of this page may share memory. */
  readonly isolated: boolean;
  /** Images to learn from. */
  readonly training: number;
  /** Images to be judged by. */
  readonly validation: number;
}

/** An image and what the network makes of it. */
export interface Look {
  /** What the network sees: 28 × 28 numbers from 0 to 1. */
  readonly pixels: Float32Array<ArrayBuffer>;
  /** Of each digit from 0 on; their sum is 1. */
  readonly probabilities: readonly number[];
  /** Which test image it is, and what it shows. */
  readonly test?: { readonly index: number; readonly label: number };
}

/** Weights of the first layer, 28 × 28 for each of the first neurons. */
export interface Weights {
  readonly kind: "weights";
  readonly weights: Float32Array<ArrayBuffer>;
  /** How many neurons there are. */
  readonly neurons: number;
  /** Whether they are the first values of this training, or those of now. */
  readonly isFirst: boolean;
}

/** What the worker tells. */
export type Told =
  /** What it does, as a sentence; `failed` where it could not be done. */
  | { readonly kind: "state"; readonly state: State; readonly message: string }
  /** Bytes of the data that have arrived, of how many; 0 if the server does not say. */
  | { readonly kind: "loading"; readonly bytes: number; readonly total: number }
  | { readonly kind: "place"; readonly place: Place }
  /** Training is at this step, after these epochs; what was told before does not count any more. */
  | {
    readonly kind: "moment";
    readonly step: number;
    readonly history: readonly EpochEnd<"accuracy">[];
  }
  | Progress
  /** As a trainer reports it; `imagesPerSecond` since the last report. */
  | (Omit<Report<"accuracy">, "tensors"> & { readonly imagesPerSecond: number })
  | EpochEnd<"accuracy">
  | Weights
  | { readonly kind: "look"; readonly look: Look }
  | {
    readonly kind: "checkpoint";
    readonly name: string;
    readonly bytes: Uint8Array<ArrayBuffer>;
  };
