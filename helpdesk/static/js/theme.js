// Sets light or dark before the first paint, so nothing flashes. The only script that blocks; keep it this small.
(() => {
  "use strict";
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  function choice() {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // storage may be forbidden; then the device decides
    }
  }

  function apply() {
    const chosen = choice();
    root.dataset.bsTheme = chosen === "light" || chosen === "dark" ? chosen : dark.matches ? "dark" : "light";
  }

  root.classList.add("js");
  apply();
  dark.addEventListener("change", apply);
  window.addEventListener("storage", apply);
  document.addEventListener("desk:theme", apply);
})();
