/** Which kernels are tuned, and which schedules of each are tried. @module */
import { evaluateHost } from "../codegen/kernel/host_expr.ts";
import { showTiling, type Tiling } from "../codegen/kernel/tiling.ts";
import type { CompiledModule } from "../codegen/kernel/kernel.ts";
import { kernelFlops } from "../codegen/kernel/work.ts";
import type { Compilation } from "../codegen/pipeline.ts";
import { contractionOf } from "../codegen/schedule/contraction.ts";
import { GPU_MACHINE, VECTOR_MACHINE } from "../codegen/schedule/machines.ts";
import { tilingsFor } from "../codegen/schedule/tilings.ts";
import { plainDraft, tiledDrafts } from "../codegen/targets/wgsl/draft.ts";
import { launchesOf, settingOf, shaderOf } from "../codegen/targets/wgsl/shaders.ts";
import type { KernelPlace } from "../codegen/targets/target.ts";
import type { DimValues } from "../dsl/dim.ts";
import type { MachineKind } from "../runtime/webgpu/choose_schedule.ts";
import { withoutComments } from "../runtime/webgpu/pipelines.ts";
import type { StoredExtent, StoredLaunch } from "../runtime/webgpu/tuned.ts";
import { storedLaunches, type TunedKernel } from "./tuning_module.ts";

/** A schedule to try. */
export interface Candidate {
  /** In a few words. */
  readonly schedule: string;
  /** True for the one that the model of cost would choose. */
  readonly isDefault: boolean;
  readonly launches: readonly StoredLaunch[];
  readonly partials?: StoredExtent;
}

/** A kernel to tune. */
export interface Task extends TunedKernel {
  /** Its program and its name: `step/relu1`. */
  readonly name: string;
  /** Operations of one call. */
  readonly flops: number;
  readonly candidates: readonly Candidate[];
}

/** How many schedules of a kernel are tried: of its own kind of machine, and of the other. */
const OWN = 14, OTHER = 2;

/**
 * The contractions of a model that are worth tuning, each once however many programs call it, those with
 * the most work first.
 *
 * @param wanted names of kernels; all if there are none
 */
export function tasksOf(
  { module }: Pick<Compilation, "module">,
  dims: DimValues,
  machine: MachineKind,
  wanted: readonly string[] = [],
): readonly Task[] {
  const known = new Set<string>();
  const tasks = module.programs.flatMap((program) =>
    program.kernels.flatMap((kernel, at): readonly Task[] => {
      if (kernel.schedule.frame !== "contract") return [];
      if (wanted.length > 0 && !wanted.includes(kernel.name)) return [];
      const tuned = tunedKernel(module, { program, kernel, at });
      const text = withoutComments(tuned.plain.text);
      if (known.has(text)) return [];
      known.add(text);
      return [{
        ...tuned,
        name: `${program.name}/${kernel.name}`,
        flops: evaluateHost(kernelFlops(kernel), dims, {}),
        candidates: candidatesOf(tuned, dims, machine),
      }];
    })
  );
  return tasks.toSorted((a, b) => b.flops - a.flops);
}

/** A kernel of a module with what all its texts share. */
export function tunedKernel(module: CompiledModule, place: KernelPlace): TunedKernel {
  const { program, kernel } = place;
  const setting = settingOf(module, place, { doc: "", rules: new Map() });
  const plain = shaderOf(plainDraft(kernel, module.callDims), setting, "");
  return { module, program, kernel, setting, plain };
}

/** The schedules to try, the one that the model of cost would choose first. */
function candidatesOf(
  tuned: TunedKernel,
  dims: DimValues,
  machine: MachineKind,
): readonly Candidate[] {
  const { kernel } = tuned;
  const { schedule } = kernel;
  const contraction = contractionOf(kernel, dims);
  if (schedule.frame !== "contract" || contraction === undefined) return [];
  const forVectors = tilingsFor(contraction, VECTOR_MACHINE);
  const forGpus = tilingsFor(contraction, GPU_MACHINE);
  const [own, other] = machine === "vector" ? [forVectors, forGpus] : [forGpus, forVectors];
  const first = schedule.tilings[machine];
  const tilings = [first, ...varied(own).slice(0, OWN), ...varied(other).slice(0, OTHER)];
  const byName = new Map(tilings.map((tiling) => [showTiling(tiling), tiling]));
  return [...byName].map(([name, tiling]) =>
    candidate(tuned, tiling, name, name === showTiling(first))
  );
}

/** A tiling as a candidate. */
export function candidate(
  { module, kernel, setting }: TunedKernel,
  tiling: Tiling,
  schedule: string,
  isDefault: boolean,
): Candidate {
  if (kernel.schedule.frame !== "contract") throw new Error("Only contractions have tilings");
  const drafts = tiledDrafts(kernel, kernel.schedule, tiling, module.callDims);
  const launches = launchesOf(drafts, setting, ", tuned");
  return { schedule, isDefault, ...storedLaunches(launches, kernel.name) };
}

/** At most two of each shape of tile: neighbours in the order of estimates are often nearly the same. */
function varied(tilings: readonly Tiling[]): readonly Tiling[] {
  const seen = new Map<string, number>();
  return tilings.filter(({ tile, neighbours }) => {
    const shape = `${tile.rows} ${tile.columns} ${neighbours}`;
    const count = seen.get(shape) ?? 0;
    seen.set(shape, count + 1);
    return count < 2;
  });
}
