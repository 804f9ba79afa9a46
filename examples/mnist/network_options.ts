/** What `deno task evaluate` and `deno task predict` take alike: a trained network. @module */
import { Option } from "commander";
import type { BackendChoice } from "../../runtime/open_backend.ts";

/** Names of the networks, as given on the command line. */
export const NETWORK_NAMES = ["shared", "original", "shared-f16", "cnn"] as const;
/** A network's name on the command line. */
export type NetworkName = (typeof NETWORK_NAMES)[number];

/** Which network, and where to compute it. */
export interface NetworkOptions {
  /** Which network the file is of; found out from the file where not given. */
  readonly model?: NetworkName;
  readonly backend: BackendChoice;
  /** Threads of the CPU; the backend decides where not given. */
  readonly threads?: number;
}

/** What the argument of a trained network is, for the help. */
export const CHECKPOINT_ARGUMENT =
  "a checkpoint, its folder, or a file of weights (safetensors, NPZ)";

/** `--model`: which network a file is of. */
export function networkOption(): Option {
  return new Option(
    "--model <name>",
    "which network the file is of (default: the one that it names, or that it fits)",
  ).choices(NETWORK_NAMES);
}
