/** Light or dark: the system's choice until somebody chooses. @module */
/// <reference lib="dom" />

const KEY = "tilewright-theme";

/** Shows the button that changes the theme, and remembers what it was set to. */
export function startTheme(): void {
  const button = document.querySelector<HTMLButtonElement>("button.theme");
  if (button === null) return;
  const system = matchMedia("(prefers-color-scheme: dark)");
  let chosen = remembered();
  const isDark = () => chosen === null ? system.matches : chosen === "dark";
  const show = () => {
    if (chosen !== null) document.documentElement.dataset.theme = chosen;
    button.setAttribute("aria-pressed", String(isDark()));
  };
  button.addEventListener("click", () => {
    chosen = isDark() ? "light" : "dark";
    remember(chosen);
    show();
  });
  system.addEventListener("change", show);
  button.hidden = false;
  show();
}

/** What was chosen before; files may not be allowed to remember. */
function remembered(): "light" | "dark" | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : null;
  } catch {
    return null;
  }
}

function remember(theme: "light" | "dark"): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // It stays for as long as the page does.
  }
}
