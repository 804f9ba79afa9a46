/** Keeps Vulkan's loader quiet. @module */

/** Vulkan's loader complains on Linux where no folder for sockets is named; none is used, so any will do. */
export function nameVulkanFolder(): void {
  if (Deno.build.os !== "linux" || Deno.env.get("XDG_RUNTIME_DIR") !== undefined) return;
  Deno.env.set("XDG_RUNTIME_DIR", "/tmp");
}
