// A button with data-copy="id" copies what the text area of that id holds, and says so.
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const area = document.getElementById(button.dataset.copy);
    area.focus();
    area.select();
    // The clipboard's own interface is missing where the desk is served without TLS.
    if (!document.execCommand("copy")) return;
    document.dispatchEvent(
      new CustomEvent("desk:toast", { detail: { text: button.dataset.copied, level: "good", key: "copied" } }),
    );
  });
})();
