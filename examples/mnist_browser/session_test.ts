import assert from "node:assert/strict";
import { DeviceLostError } from "../../runtime/device_lost.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../runtime/train/checkpoint_file.ts";
import { Trainer } from "../../runtime/train/trainer.ts";
import { openNetwork } from "./open_network.ts";
import { fewSamples, HeardSession, SETTINGS } from "./sample_session_for_test.ts";
import type { Surroundings } from "./session.ts";

/** Has a session do something, and ends it. */
async function withSession(
  test: (session: HeardSession) => Promise<void>,
  around: Partial<Surroundings> = {},
): Promise<void> {
  const session = new HeardSession(around);
  try {
    await session.follow({ kind: "reset", settings: SETTINGS });
    await test(session);
  } finally {
    await session.close();
  }
}

/** The tensors after so many epochs, by a trainer alone. */
async function trained(epochs: number) {
  const { training, validation } = await fewSamples();
  const network = await openNetwork(SETTINGS, training.count + validation.count);
  network.initialise();
  const { seed, batch: batchSize } = SETTINGS;
  let tensors;
  const save = (moment: { tensors: unknown }) => void (tensors = moment.tensors);
  await new Trainer({
    model: network.model,
    training,
    validation,
    epochs,
    seed,
    batchSize,
    checkpoints: { save },
  })
    .train();
  await network.close();
  return tensors;
}

const moment = ({ bytes, name }: { readonly bytes: Uint8Array; readonly name: string }) =>
  decodeCheckpoint(bytes, name);

Deno.test("a session trains what a trainer trains, and tells of it", async () => {
  await withSession(async (session) => {
    assert.equal(session.last("state").message, "Ready. Press Start.");
    await session.follow({ kind: "start", epochs: 2 });
    const states = session.all("state").map(({ state }) => state);
    assert.deepEqual(states, ["busy", "busy", "ready", "training", "ready"]);
    assert.equal(
      session.last("state").message,
      "All 2 epochs are done, after 10 steps. To go on, ask for more epochs.",
    );
    assert.deepEqual(session.all("epoch_end").map(({ epoch }) => epoch), [1, 2]);
    assert.equal(session.last("report").step, 10);
    assert.equal(session.all("report").reduce((sum, { samples }) => sum + samples, 0), 72);
    assert.deepEqual(moment(await session.saved()).tensors, await trained(2));
    const { place } = session.last("place");
    assert.deepEqual([place.training, place.validation, place.isolated], [36, 10, true]);
    assert.match(place.reason, /^Running on .* of the CPU .* as asked\.$/);
  });
});

Deno.test("steps, pauses and saved files change no bit", async () => {
  await withSession(async (session) => {
    await session.follow({ kind: "step", epochs: 2 });
    assert.equal(session.last("state").message, "Paused after 1 step.");
    await session.follow({ kind: "step", epochs: 2 });
    assert.equal(moment(await session.saved()).position.step, 2);
    const training = session.follow({ kind: "start", epochs: 2 });
    const saving = session.follow({ kind: "save" });
    await Promise.all([training, saving]);
    assert.equal(session.all("checkpoint").length, 2);
    assert.deepEqual(moment(await session.saved()).tensors, await trained(2));
  });
});

Deno.test("training can be paused while it runs", async () => {
  const around = {
    tell: (told: { kind: string }) => {
      if (told.kind === "report") void session.follow({ kind: "pause" });
    },
  };
  const session: HeardSession = new HeardSession(around);
  await session.follow({ kind: "reset", settings: SETTINGS });
  await session.follow({ kind: "start", epochs: 100 });
  assert.equal(session.last("state").message, "Paused after 1 step.");
  await session.follow({ kind: "reset", settings: SETTINGS });
  assert.deepEqual([session.last("moment").step, session.last("state").state], [0, "ready"]);
  await session.close();
});

Deno.test("a checkpoint goes on in another session, with its settings", async () => {
  await withSession(async (first) => {
    await first.follow({ kind: "start", epochs: 1 });
    const { name, bytes } = await first.saved();
    assert.equal(name, "mnist_shared_step_5.safetensors");
    const second = new HeardSession();
    await second.follow({
      kind: "reset",
      settings: { ...SETTINGS, model: "original", seed: 1, batch: 4 },
    });
    await second.follow({ kind: "load", name, bytes });
    assert.equal(second.last("state").message, `Loaded ${name}: epoch 2, after 5 steps.`);
    assert.deepEqual(second.last("place").place.settings, SETTINGS);
    assert.deepEqual(second.last("moment").history.map(({ epoch }) => epoch), [1]);
    await second.follow({ kind: "start", epochs: 2 });
    const { tensors, config } = moment(await second.saved());
    assert.deepEqual(tensors, await trained(2));
    // What `deno task train --resume` looks for.
    assert.deepEqual(config, { model: "shared", batch: 8, seed: 7, epochs: 2 });
    await second.close();
  });
});

Deno.test("what cannot be loaded is refused, and training goes on as before", async () => {
  await withSession(async (session) => {
    await session.follow({ kind: "step", epochs: 2 });
    const file = await session.saved();
    const checkpoint = moment(file);
    const wrong = (changes: object) => encodeCheckpoint({ ...checkpoint, ...changes });
    const cases: readonly (readonly [Uint8Array<ArrayBuffer>, RegExp])[] = [
      [Uint8Array.of(1, 2, 3), /^a\.safetensors .*\.$/],
      [file.bytes.slice(0, 1000), /^a\.safetensors is (damaged|cut).*\.$/],
      [
        wrong({ module: "mnist_cnn" }),
        /^a\.safetensors is of model "mnist_cnn", but this page trains/,
      ],
      [wrong({ declaration: "other" }), /made by another declaration of "mnist_shared"/],
      [
        wrong({ settings: { ...checkpoint.settings, batches: 600 } }),
        /600 batches per epoch, but this run has 5/,
      ],
    ];
    for (const [bytes, message] of cases) {
      await session.follow({ kind: "load", name: "a.safetensors", bytes });
      const { state, message: told } = session.last("state");
      assert.equal(state, "failed");
      assert.match(told, message);
    }
    await session.follow({ kind: "start", epochs: 2 });
    assert.deepEqual(moment(await session.saved()).tensors, await trained(2));
  });
});

Deno.test("data that do not come are told, and asked for again", async () => {
  let tries = 0;
  const load = () => ++tries === 1 ? Promise.reject(new Error("No data")) : fewSamples();
  await withSession(async (session) => {
    assert.deepEqual(session.last("state"), {
      kind: "state",
      state: "failed",
      message: "No data.",
    });
    await session.follow({ kind: "reset", settings: SETTINGS });
    assert.equal(session.last("state").state, "ready");
  }, { load });
});

/** Opens networks whose devices are lost after so many steps, each after as many as its place in the list says. */
function losing(...steps: readonly number[]): NonNullable<Surroundings["open"]> {
  const left = [...steps];
  return async (settings, samples) => {
    const network = await openNetwork({ ...settings, backend: "wasm" }, samples);
    const { model } = network;
    const run = model.run.bind(model);
    let steps = left.shift() ?? Infinity;
    model.run = (program, values) => {
      if (program === "step" && steps-- <= 0) throw new DeviceLostError("The device was lost");
      run(program, values);
    };
    return network;
  };
}

Deno.test("after the loss of a device, training goes on with the same bits", async () => {
  await withSession(async (session) => {
    await session.follow({ kind: "start", epochs: 2 });
    const messages = session.all("state").map(({ message }) => message);
    assert.ok(messages.includes("The device was lost. Going on after step 5."), messages.join());
    assert.deepEqual(moment(await session.saved()).tensors, await trained(2));
  }, { open: losing(7) });
});

Deno.test("where every device is lost, training fails with a sentence and can be started again", async () => {
  await withSession(async (session) => {
    await session.follow({ kind: "start", epochs: 2 });
    const { state, message } = session.last("state");
    assert.equal(state, "failed");
    assert.match(message, /lost.*\. Start goes on after step 5\.$/);
    await session.follow({ kind: "start", epochs: 2 });
    assert.deepEqual(moment(await session.saved()).tensors, await trained(2));
  }, { open: losing(7, 0, 0) });
});

Deno.test("images are looked at, also while training", async () => {
  await withSession(async (session) => {
    await session.follow({ kind: "look_at_test", index: 3 });
    const { probabilities, test, pixels } = session.last("look").look;
    assert.ok(Math.abs(probabilities.reduce((sum, each) => sum + each, 0) - 1) < 1e-12);
    const { validation } = await fewSamples();
    assert.deepEqual(test, { index: 3, label: validation.at(3).label });
    assert.deepEqual(
      [...pixels],
      [...validation.at(3).features].map((each) => Math.fround(each / 255)),
    );
    const before = session.all("look").length;
    await session.follow({ kind: "start", epochs: 1 });
    assert.equal(session.all("look").length, before + session.all("report").length);
    await session.follow({ kind: "look_away" });
    await session.follow({ kind: "start", epochs: 2 });
    assert.deepEqual(moment(await session.saved()).tensors, await trained(2));
  });
});

Deno.test("for each report the host waits for the device once", async () => {
  const waits: number[] = [];
  let reading = 0, waited = 0;
  const open: Surroundings["open"] = async (settings, samples) => {
    const network = await openNetwork(settings, samples);
    const { model } = network;
    const read = model.read.bind(model);
    model.read = async (tensor, dims) => {
      if (reading++ === 0) waited++;
      const data = await read(tensor, dims);
      await new Promise((resolve) => setTimeout(resolve, 1));
      reading--;
      return data;
    };
    return network;
  };
  const tell: Surroundings["tell"] = ({ kind }) => {
    if (kind !== "report") return;
    waits.push(waited);
    waited = 0;
  };
  await withSession(async (session) => {
    waited = 0;
    await session.follow({ kind: "start", epochs: 1 });
    // Before the first report, the run kept the moment that it began with.
    assert.deepEqual(waits.slice(1), waits.slice(1).map(() => 1));
    assert.ok(waits.length > 1);
  }, { open, tell });
});
