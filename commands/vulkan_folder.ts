/** Keeps Vulkan's loader quiet. @module */

/** What the help of a command says that calls {@linkcode nameVulkanFolder}. */
export const VULKAN_ENVIRONMENT = {
  XDG_RUNTIME_DIR: "a folder that Vulkan asks for on Linux (default: /tmp)",
} as const;

/** Vulkan's loader complains on Linux where no folder for sockets is named; none is used, so any will do. */
export function nameVulkanFolder(): void {
  if (Deno.build.os !== "linux" || Deno.env.get("XDG_RUNTIME_DIR") !== undefined) return;
  Deno.env.set("XDG_RUNTIME_DIR", "/tmp");
}
