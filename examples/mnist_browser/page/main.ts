/// <reference lib="dom" />
/** The page: hears its training worker, and tells it what is pressed. @module */
import type { Command, Place, State, Told } from "../protocol.ts";
import { Chart } from "./chart.ts";
import { DigitPad } from "./digit_pad.ts";
import { element, enable, onPress, show } from "./elements.ts";
import { EpochsTable, lossText, shareText } from "./epochs_table.ts";
import { LookView } from "./look_view.ts";
import { ProgressView } from "./progress_view.ts";
import { areSame, SettingsForm } from "./settings_form.ts";
import { WeightsView } from "./weights_view.ts";

const button = (id: string) => element(id, HTMLButtonElement);

/** All that is on the page. */
class Page {
  readonly #worker = new Worker(new URL("../training_worker.ts", import.meta.url), {
    type: "module",
  });
  readonly #buttons = {
    run: button("run"),
    step: button("step"),
    reset: button("reset"),
    save: button("save"),
    load: button("load"),
    test: button("test-image"),
    clear: button("clear"),
  };
  readonly #file = element("file", HTMLInputElement);
  readonly #status = element("status", HTMLElement);
  readonly #error = element("error", HTMLElement);
  readonly #settings = new SettingsForm(() => this.#settingsChanged());
  readonly #progress = new ProgressView();
  readonly #loss = new Chart(element("loss-chart", HTMLElement), {
    what: "Loss",
    format: lossText,
    formatTick: String,
    logarithmic: true,
  });
  readonly #accuracy = new Chart(element("accuracy-chart", HTMLElement), {
    what: "Accuracy",
    format: shareText,
    formatTick: (share) => `${Math.round(100 * share)} %`,
  });
  readonly #weights = new WeightsView();
  readonly #epochs = new EpochsTable();
  readonly #looks = new LookView();
  readonly #pad = new DigitPad((pixels) => this.#ask({ kind: "look", pixels }));
  #state: State = "busy";
  #place: Place | undefined;
  #step = 0;

  constructor() {
    // Whoever writes to this port is `training_worker.ts`.
    this.#worker.onmessage = ({ data }) => this.#hear(data as Told);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      const why = event.message || "its script did not load";
      this.#show("failed", `The training thread broke down: ${why}. Load the page again.`);
    };
    this.#listen();
    this.#reset();
  }

  #ask(command: Command): void {
    this.#worker.postMessage(command);
  }

  /** Asks for what leaves behind whatever went wrong before. */
  #askAnew(command: Command): void {
    this.#error.hidden = true;
    this.#ask(command);
  }

  #listen(): void {
    const { run, step, reset, save, load, test, clear } = this.#buttons;
    onPress(run, () => {
      if (this.#state === "training") return this.#ask({ kind: "pause" });
      this.#train("start");
    });
    onPress(step, () => this.#train("step"));
    onPress(reset, () => this.#reset());
    onPress(save, () => this.#ask({ kind: "save" }));
    onPress(load, () => this.#file.click());
    this.#file.addEventListener("change", () => void this.#load());
    onPress(test, () => {
      this.#pad.clear();
      const { validation = 1 } = this.#place ?? {};
      this.#ask({ kind: "look_at_test", index: Math.floor(Math.random() * validation) });
    });
    onPress(clear, () => {
      this.#pad.clear();
      this.#looks.clear();
      this.#ask({ kind: "look_away" });
    });
  }

  /** Trains with what is there; where nothing is there yet because that failed, tries again. */
  #train(kind: "start" | "step"): void {
    if (this.#place === undefined) return this.#reset();
    const { epochs } = this.#settings;
    if (epochs !== undefined) this.#askAnew({ kind, epochs });
  }

  #reset(): void {
    const { settings } = this.#settings;
    if (settings !== undefined) this.#askAnew({ kind: "reset", settings });
  }

  async #load(): Promise<void> {
    const [file] = this.#file.files ?? [];
    if (file === undefined) return;
    const bytes = new Uint8Array(await file.arrayBuffer());
    this.#file.value = ""; // So that the same file can be chosen again.
    this.#askAnew({ kind: "load", name: file.name, bytes });
  }

  /** Settings that differ from what is trained take effect at once if nothing would be lost by it. */
  #settingsChanged(): void {
    if (this.#step === 0 && this.#state !== "training") return this.#reset();
    this.#showSettings();
  }

  #showSettings(): void {
    const { settings } = this.#settings;
    const isOther = settings !== undefined && this.#place !== undefined &&
      !areSame(settings, this.#place.settings);
    this.#settings.hint(isOther ? "Press Reset to train with these settings." : "");
    this.#buttons.reset.classList.toggle("due", isOther);
  }

  #hear(told: Told): void {
    switch (told.kind) {
      case "state":
        return this.#show(told.state, told.message);
      case "loading":
        return this.#progress.loading(told);
      case "place":
        return this.#showPlace(told.place);
      case "moment":
        return this.#showMoment(told);
      case "progress":
        return this.#progress.progress(told);
      case "report":
        return this.#showReport(told);
      case "epoch_end":
        this.#progress.epochEnd(told);
        this.#addEpoch(told, this.#step);
        return this.#draw();
      case "weights":
        return this.#weights.show(told);
      case "look":
        return this.#looks.show(told.look);
      case "checkpoint":
        return download(told.name, told.bytes);
    }
  }

  #show(state: State, message: string): void {
    this.#state = state;
    const isFailed = state === "failed";
    this.#error.hidden = !isFailed;
    show(this.#error, isFailed ? message : "");
    show(this.#status, isFailed ? "Something went wrong." : message);
    const isIdle = state === "ready" || isFailed;
    const hasPlace = this.#place !== undefined;
    const { run, step, reset, save, load, test } = this.#buttons;
    show(run, state === "training" ? "Pause" : hasPlace || !isFailed ? "Start" : "Try again");
    enable(run, state !== "busy");
    enable(step, isIdle && hasPlace);
    enable(reset, state !== "busy" && hasPlace);
    enable(save, state !== "busy" && hasPlace);
    enable(load, state !== "busy" && hasPlace);
    enable(test, hasPlace);
  }

  #showPlace(place: Place): void {
    this.#place = place;
    this.#settings.show(place.settings);
    const { training, validation, reason, backend, threads, isolated } = place;
    const count = (images: number) => images.toLocaleString("en");
    show(
      element("place", HTMLElement),
      `${reason} ${count(training)} images to learn from, ${count(validation)} to be tested by.`,
    );
    element("isolation", HTMLElement).hidden = isolated || backend === "webgpu" || threads > 1;
    this.#showSettings();
  }

  #showMoment(told: Extract<Told, { readonly kind: "moment" }>): void {
    this.#step = told.step;
    this.#progress.moment(told);
    this.#loss.clear();
    this.#accuracy.clear();
    this.#epochs.clear();
    let step = 0;
    for (const epoch of told.history) this.#addEpoch(epoch, step += epoch.steps);
    this.#draw();
    this.#showSettings();
  }

  #showReport(told: Extract<Told, { readonly kind: "report" }>): void {
    const { step, main } = told;
    this.#step = step;
    this.#progress.report(told);
    this.#loss.add(step, { training: main.loss });
    this.#accuracy.add(step, { training: main.accuracy });
    this.#draw();
  }

  /** Adds an epoch that ended after a step. */
  #addEpoch(told: Extract<Told, { readonly kind: "epoch_end" }>, step: number): void {
    const { main, validation } = told;
    this.#epochs.add(told);
    const both = (name: "loss" | "accuracy") => ({
      training: main[name],
      ...(validation === null ? {} : { test: validation[name] }),
    });
    this.#loss.add(step, both("loss"));
    this.#accuracy.add(step, both("accuracy"));
  }

  #draw(): void {
    this.#loss.draw();
    this.#accuracy.draw();
  }
}

function download(name: string, bytes: Uint8Array<ArrayBuffer>): void {
  const url = URL.createObjectURL(new Blob([bytes]));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

new Page();
