/**
 * One training after another, as the page asks for them. Knows neither the page nor the worker that it lives in.
 *
 * Every stop leaves a moment, a checkpoint in memory, and every start goes on from the last one: so stepping,
 * pausing, saving, loading and going on after an error are all the same thing.
 *
 * @module
 */
import type { Checkpoint, Json } from "../../runtime/train/checkpoint.ts";
import { requireSameTraining } from "../../runtime/train/checkpoint.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../runtime/train/checkpoint_file.ts";
import { batchCount } from "../../runtime/data/batches.ts";
import { FormatError } from "../../runtime/formats/format_error.ts";
import type { Done, EpochEnd, TrainerEvent } from "../../runtime/train/events.ts";
import { requireFitting, writeArrays } from "../../runtime/train/model_arrays.ts";
import { Trainer } from "../../runtime/train/trainer.ts";
import { counted, messageOf } from "../../runtime/wording.ts";
import { predictionOf } from "../mnist/prediction.ts";
import { NETWORKS, type OpenNetwork, openNetwork, PICTURED } from "./open_network.ts";
import {
  type Command,
  type Look,
  NETWORK_NAMES,
  type NetworkName,
  type Settings,
  type State,
  type Told,
} from "./protocol.ts";
import type { OnBytes, Samples } from "./samples.ts";

/** What a session is given. */
export interface Surroundings {
  /** Loads the samples; asked again if it fails. */
  load(onBytes: OnBytes): Promise<Samples>;
  /** Opens a network on a device; {@linkcode openNetwork}, if absent. */
  open?(settings: Settings, samples: number): Promise<OpenNetwork>;
  /** Whether threads may share memory here. */
  readonly isolated: boolean;
  /** Hears what is told. */
  tell(told: Told): void;
}

/** From one report to the next. */
const REPORT_SECONDS = 0.3;
/** Neurons whose weights are shown. */
const PICTURES = 64;
/** Numbers of an image. */
const PIXELS = 784;

/** An image to look at. */
type Looked = Pick<Look, "pixels" | "test">;

/** Follows commands, one after the other. */
export class Session {
  readonly #around: Required<Surroundings>;
  /** Everything so far; what comes next waits for it. */
  #queue: Promise<void> = Promise.resolve();
  /** Ends the run in progress. */
  #ending: AbortController | undefined;
  #samples: Samples | undefined;
  #network: OpenNetwork | undefined;
  #settings: Settings | undefined;
  /** Where the next run goes on; undefined for first values. */
  #moment: Checkpoint | undefined;
  /** What a loaded checkpoint kept for its program. */
  #config: Json = null;
  #looked: Looked | undefined;
  /** True if the network has not seen it yet. */
  #isNew = false;
  #isPausing = false;
  #isFileWanted = false;
  /** Seconds of training at the last report of this run. */
  #reportedAt: number | undefined;

  constructor(around: Surroundings) {
    this.#around = { open: openNetwork, ...around };
  }

  /** Follows a command; resolves when it is done, and never fails: what goes wrong is told. */
  async follow(command: Command): Promise<void> {
    switch (command.kind) {
      case "reset":
        this.#pause();
        return await this.#next(() => this.#reset(command.settings));
      case "start":
      case "step":
        if (this.#ending !== undefined) return;
        return await this.#next(() => this.#train(command.epochs, command.kind === "step"));
      case "pause":
        return this.#pause();
      case "save":
        this.#isFileWanted = true;
        this.#ending?.abort();
        return await this.#next(() => this.#save());
      case "load":
        this.#pause();
        return await this.#next(() => this.#load(command.name, command.bytes));
      case "look":
        return await this.#look({ pixels: command.pixels });
      case "look_at_test":
        return await this.#lookAtTest(command.index);
      case "look_away":
        this.#looked = undefined;
    }
  }

  /** Ends what is in progress, and gives the device back. */
  async close(): Promise<void> {
    this.#pause();
    await this.#next(async () => {
      await this.#network?.close();
      this.#network = undefined;
    });
  }

  /** Does something when everything before it is done. */
  #next(work: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(work).catch((error) => this.#say("failed", sentence(error)));
    return this.#queue;
  }

  #say(state: State, message: string): void {
    this.#around.tell({ kind: "state", state, message });
  }

  /** Ends the run in progress; it is not to go on by itself. */
  #pause(): void {
    this.#isPausing = true;
    this.#ending?.abort();
  }

  async #reset(settings: Settings): Promise<void> {
    this.#settings = settings;
    this.#moment = undefined;
    this.#config = null;
    await this.#begin(await this.#ready(settings));
    await this.#show();
    this.#say("ready", "Ready. Press Start.");
  }

  /** The samples, loaded if they are not there yet. */
  async #data(): Promise<Samples> {
    if (this.#samples !== undefined) return this.#samples;
    this.#say("busy", "Loading the images.");
    const { load, tell } = this.#around;
    this.#samples = await load((bytes, total) => tell({ kind: "loading", bytes, total }));
    return this.#samples;
  }

  /** The network with these settings, opened unless it is open. */
  async #ready(settings: Settings): Promise<OpenNetwork> {
    const { training, validation } = await this.#data();
    const open = this.#network;
    if (open !== undefined && isSamePlace(open.settings, settings)) return open;
    this.#say("busy", "Opening the device and compiling kernels.");
    this.#network = undefined;
    await open?.close().catch(() => {}); // What is lost cannot be given back.
    const network = await this.#around.open(settings, training.count + validation.count);
    this.#network = network;
    const { name: backend, threads } = network.model.backend;
    this.#around.tell({
      kind: "place",
      place: {
        settings,
        reason: network.reason,
        backend,
        threads,
        isolated: this.#around.isolated,
        training: training.count,
        validation: validation.count,
      },
    });
    return network;
  }

  /** Gives the network its first values, and tells what they look like. */
  async #begin({ initialise, model }: OpenNetwork): Promise<void> {
    initialise();
    this.#tellWeights(await model.read(PICTURED), true);
  }

  /** Tells where training is, and what the network is like there. */
  async #show(): Promise<void> {
    const { position, history = [] } = this.#moment ?? {};
    this.#around.tell({
      kind: "moment",
      step: position?.step ?? 0,
      // Both networks have this metric, and a checkpoint of another one is refused.
      history: history as readonly EpochEnd<"accuracy">[],
    });
    const weights = await this.#network?.model.read(PICTURED);
    if (weights !== undefined) this.#tellWeights(weights, false);
    await this.#answer();
  }

  #tellWeights(all: ArrayLike<number>, isFirst: boolean): void {
    const weights = Float32Array.from({ length: PICTURES * PIXELS }, (_, at) => all[at] ?? 0);
    this.#around.tell({ kind: "weights", weights, neurons: all.length / PIXELS, isFirst });
  }

  /** Trains, and goes on where a file was asked for in between. */
  async #train(epochs: number, isSingle: boolean): Promise<void> {
    this.#isPausing = false;
    let outcome: Done["reason"];
    try {
      do {
        const network = await this.#ready(this.#wanted());
        if (this.#moment === undefined) network.initialise();
        this.#say("training", isSingle ? "Taking one step." : "Training.");
        outcome = await this.#run(network, epochs, isSingle);
        if (this.#isFileWanted) this.#putFile();
      } while (outcome === "cancelled" && !this.#isPausing && !isSingle);
    } catch (error) {
      // It may be of no use any more; the next start opens it anew.
      const network = this.#network;
      this.#network = undefined;
      await network?.close().catch(() => {});
      const { step = 0 } = this.#moment?.position ?? {};
      const next = step === 0 ? "begins anew" : `goes on after step ${step}`;
      throw new Error(`${sentence(error)} Start ${next}.`, { cause: error });
    }
    const { step = 0 } = this.#moment?.position ?? {};
    this.#say(
      "ready",
      outcome === "finished"
        ? `All ${counted(epochs, "epoch")} are done, after ${counted(step, "step")}. ` +
          "To go on, ask for more epochs."
        : `Paused after ${counted(step, "step")}.`,
    );
  }

  /** One run of a trainer, from the last moment to the next. */
  async #run(network: OpenNetwork, epochs: number, isSingle: boolean): Promise<Done["reason"]> {
    const { training, validation } = await this.#data();
    const { model: { spec }, settings: { model, batch, seed } } = network;
    const ending = new AbortController();
    this.#ending = ending;
    try {
      if (this.#isPausing || this.#isFileWanted) ending.abort();
      const trainer = new Trainer({
        model: network.model,
        training,
        validation,
        batchSize: batch,
        seed,
        epochs,
        signal: ending.signal,
        reports: { seconds: REPORT_SECONDS, tensors: [PICTURED] },
        checkpoints: {
          save: (moment) => void (this.#moment = moment),
          config: { ...fieldsOf(this.#config), model, batch, seed, epochs },
        },
        onDeviceLoss: () => this.#reopen(),
        ...(this.#moment === undefined ? {} : { resume: this.#moment }),
      });
      for await (const event of trainer.run()) {
        if (event.kind === "first_step" && isSingle) ending.abort();
        if (event.kind === "done") return event.reason;
        await this.#hear(event);
      }
      throw new Error(`Training of ${spec.name} ended without an outcome`);
    } finally {
      this.#ending = undefined;
    }
  }

  /** Passes on what the trainer tells. */
  async #hear(event: TrainerEvent<"accuracy">): Promise<void> {
    const { tell } = this.#around;
    if (event.kind === "epoch_start") this.#reportedAt = undefined;
    if (event.kind === "progress") tell(event);
    if (event.kind === "epoch_end" && event.validation !== null) tell(event);
    if (event.kind === "device_lost") {
      this.#say("training", `${event.message}. Going on after step ${event.position.step}.`);
      await this.#show();
    }
    if (event.kind === "report") {
      const { tensors, ...report } = event;
      const elapsed = report.seconds - (this.#reportedAt ?? NaN);
      this.#reportedAt = report.seconds;
      tell({ ...report, imagesPerSecond: report.samples / elapsed });
      const weights = tensors.get(PICTURED);
      if (weights !== undefined) this.#tellWeights(weights, false);
    }
    const isDue = event.kind === "report" || event.kind === "progress" && this.#isNew;
    // What is wrong with the device the trainer will find, and mend if it can.
    if (isDue) await this.#answer().catch(() => {});
  }

  /** After the loss of a device: another one of its kind, or the CPU. */
  async #reopen(): Promise<OpenNetwork["model"]> {
    const settings = this.#wanted();
    await this.#network?.close().catch(() => {});
    this.#network = undefined;
    const { model } = await this.#ready(settings)
      .catch(() => this.#ready(this.#settings = { ...settings, backend: "wasm" }));
    return model;
  }

  #wanted(): Settings {
    if (this.#settings === undefined) throw new Error("Nothing can be trained before a reset");
    return this.#settings;
  }

  async #save(): Promise<void> {
    // A run that was in progress has put it.
    if (!this.#isFileWanted) return;
    if (this.#moment === undefined) {
      this.#isFileWanted = false;
      throw new Error("There is nothing to save before the first step");
    }
    this.#putFile();
    await Promise.resolve();
  }

  #putFile(): void {
    this.#isFileWanted = false;
    const moment = this.#moment;
    if (moment === undefined) return;
    const name = `${moment.module}_step_${moment.position.step}.safetensors`;
    this.#around.tell({ kind: "checkpoint", name, bytes: encodeCheckpoint(moment) });
  }

  async #load(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const checkpoint = decodeCheckpoint(bytes, name);
    const model = networkOf(checkpoint, name);
    const { seed, batchSize: batch = 0 } = checkpoint.settings;
    const { training, validation } = await this.#data();
    const dims = { B: batch, samples: training.count + validation.count };
    const batches = batchCount(training.count, batch);
    requireSameTraining(checkpoint, NETWORKS[model], { seed, batchSize: batch, batches });
    requireFitting(NETWORKS[model], dims, checkpoint.tensors, ["parameter", "state"], name);
    this.#settings = { ...this.#wanted(), model, seed, batch };
    this.#moment = checkpoint;
    this.#config = checkpoint.config;
    const network = await this.#ready(this.#settings);
    await this.#begin(network);
    writeArrays(network.model, checkpoint.tensors, ["parameter", "state"], name);
    await this.#show();
    const { epoch, step } = checkpoint.position;
    this.#say("ready", `Loaded ${name}: epoch ${epoch}, after ${counted(step, "step")}.`);
  }

  /** Looks at an image now, or, while training goes on, as soon as the device has time. */
  async #look(looked: Looked): Promise<void> {
    this.#looked = looked;
    this.#isNew = true;
    if (this.#ending === undefined) await this.#next(() => this.#answer());
  }

  async #lookAtTest(index: number): Promise<void> {
    const sample = this.#samples?.validation.at(index);
    if (sample === undefined) return;
    const pixels = Float32Array.from(sample.features, (each) => each / 255);
    await this.#look({ pixels, test: { index, label: sample.label } });
  }

  /** What the network makes of the image that is looked at. */
  async #answer(): Promise<void> {
    const [looked, network] = [this.#looked, this.#network];
    if (looked === undefined || network === undefined) return;
    this.#isNew = false;
    const logits = await network.logits(looked.pixels);
    const { probabilities } = predictionOf("this image", logits);
    this.#around.tell({ kind: "look", look: { ...looked, probabilities } });
  }
}

/** True for settings with which the same network is loaded on the same device. */
function isSamePlace(a: Settings, b: Settings): boolean {
  return a.model === b.model && a.backend === b.backend && a.batch === b.batch && a.seed === b.seed;
}

/** The network that a checkpoint is of. */
function networkOf({ module }: Checkpoint, file: string): NetworkName {
  const found = NETWORK_NAMES.find((name) => NETWORKS[name].name === module);
  if (found !== undefined) return found;
  const names = NETWORK_NAMES.map((name) => NETWORKS[name].name).join(" and ");
  throw new FormatError(`${file} is of model "${module}", but this page trains ${names}.`);
}

function fieldsOf(json: Json): { readonly [key: string]: Json } {
  // What is an object and no list has fields.
  return typeof json === "object" && json !== null && !Array.isArray(json)
    ? json as { readonly [key: string]: Json }
    : {};
}

/** What was thrown, as a sentence. */
function sentence(thrown: unknown): string {
  return messageOf(thrown).replace(/[^.!?]$/, "$&.");
}
