/** A session for tests, on a few images of MNIST and on the CPU. @module */
import { openMnist } from "../mnist/mnist_files.ts";
import { writeSampleMnist } from "../mnist/sample_mnist.ts";
import type { Settings, Told } from "./protocol.ts";
import { inMemory, type Samples } from "./samples.ts";
import { Session, type Surroundings } from "./session.ts";

/** Five steps an epoch. */
export const SETTINGS: Settings = { model: "shared", backend: "wasm", seed: 7, batch: 8 };

/** 36 images to learn from and 10 to be judged by. */
export async function fewSamples(): Promise<Samples> {
  const folder = await Deno.makeTempDir({ prefix: "tilewright-" });
  try {
    await writeSampleMnist(folder, 36, 10);
    const { training, validation } = await openMnist(folder);
    return { training: await inMemory(training), validation: await inMemory(validation) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What a kind of message says. */
export type Of<K extends Told["kind"]> = Extract<Told, { readonly kind: K }>;

/** A session that remembers what it told. */
export class HeardSession extends Session {
  readonly told: Told[];

  constructor(around: Partial<Surroundings> = {}) {
    const told: Told[] = [];
    super({
      isolated: true,
      load: fewSamples,
      ...around,
      tell: (each) => {
        told.push(each);
        around.tell?.(each);
      },
    });
    this.told = told;
  }

  /** All that was told of a kind. */
  all<K extends Told["kind"]>(kind: K): readonly Of<K>[] {
    return this.told.filter((each): each is Of<K> => each.kind === kind);
  }

  /** The last that was told of a kind. */
  last<K extends Told["kind"]>(kind: K): Of<K> {
    const found = this.all(kind).at(-1);
    if (found === undefined) throw new Error(`Nothing was told of ${kind}`);
    return found;
  }

  /** A checkpoint of now. */
  async saved(): Promise<Of<"checkpoint">> {
    await this.follow({ kind: "save" });
    return this.last("checkpoint");
  }
}
