// Keyboard shortcuts, declared where they act, so that the list under "?" is always true.
//
//   data-key="n" data-key-label="next ticket"    on a link (followed), button (pressed) or field (focused)
//   data-key-then="id"                           on that: the field in which one writes afterwards
//   data-key="g q"                               a sequence; data-key="ctrl+enter" also works while typing
//   data-keys-rows                               on a list or table: j and k walk its links [data-key-row], Enter opens
//   data-keys-line                               an element that this file fills with the first shortcuts
//
// A reader may switch single keys off (WCAG 2.1.4); the choice is kept in this browser.
(() => {
  "use strict";
  const words = document.getElementById("words").dataset;
  const OFF = "single-keys-off";
  const WAIT = 1000;
  const IN_LINE = 8;
  let pending = "";
  let timer = 0;
  let dialog = null;

  function switchedOff() {
    try {
      return localStorage.getItem(OFF) === "1";
    } catch {
      return false;
    }
  }

  function typing(target) {
    return target.isContentEditable || target.matches?.("input:not([type=radio], [type=checkbox]), textarea, select");
  }

  const visible = (element) => element.getClientRects().length > 0 && !element.disabled;

  function owner(keys) {
    return [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key === keys && visible(each));
  }

  function act(element) {
    if (element.matches("textarea")) {
      write(element);
    } else if (element.matches("input:not([type=radio], [type=checkbox], [type=submit]), select")) {
      element.focus();
      element.select?.();
    } else {
      element.click();
      const field = document.getElementById(element.dataset.keyThen);
      if (field) write(field);
      else if (element.matches("[type=radio]")) element.focus();
    }
  }

  // Where one was, or at the end of what stands there; before closing lines, which begin with an empty line.
  function write(field) {
    const untouched = field.selectionStart === 0 && field.selectionEnd === 0;
    field.focus();
    if (untouched && !field.value.startsWith("\n")) field.setSelectionRange(field.value.length, field.value.length);
  }

  // ---- rows ------------------------------------------------------------------------------

  const rows = () => [...document.querySelectorAll("[data-keys-rows] [data-key-row]")].filter(visible);

  function walk(step) {
    const links = rows();
    if (!links.length) return false;
    const now = links.findIndex((link) => link.closest("tr, li, article")?.classList.contains("on"));
    const next = links[Math.min(Math.max(now + step, 0), links.length - 1)];
    for (const link of links) link.closest("tr, li, article")?.classList.toggle("on", link === next);
    next.focus();
    return true;
  }

  // ---- the list under "?" -----------------------------------------------------------------

  function listed() {
    const found = [];
    for (const each of document.querySelectorAll("[data-key][data-key-label]")) {
      if (visible(each)) found.push([each.dataset.key, each.dataset.keyLabel]);
    }
    if (rows().length) found.push(["j", words.down], ["k", words.up], ["enter", words.open]);
    return found;
  }

  function caps(keys) {
    const box = document.createElement("span");
    keys.split(/[ +]/).forEach((one, index) => {
      const cap = document.createElement("kbd");
      cap.textContent = one.length === 1 ? one.toUpperCase() : one[0].toUpperCase() + one.slice(1);
      box.append(index ? " " : "", cap);
    });
    return box;
  }

  function fillLine() {
    for (const line of document.querySelectorAll("[data-keys-line]")) {
      const list = document.createElement("ul");
      list.className = "bare";
      const known = listed();
      line.hidden = !known.length;
      const shown = switchedOff() ? known.filter(([keys]) => keys.includes("+")) : known;
      for (const [keys, label] of [...shown.slice(0, IN_LINE), ["?", words.allShortcuts]]) {
        const item = document.createElement("li");
        item.append(caps(keys), ` ${label}`);
        list.append(item);
      }
      line.replaceChildren(list);
    }
  }

  function makeDialog() {
    const made = document.createElement("dialog");
    made.innerHTML =
      '<form method="dialog" class="dialog-body"><h2 id="shortcuts-title"></h2><dl class="shortcuts"></dl>' +
      '<label class="check"><input type="checkbox"><span></span></label>' +
      '<div class="actions"><button class="btn btn-primary"></button></div></form>';
    made.setAttribute("aria-labelledby", "shortcuts-title");
    made.querySelector("h2").textContent = words.shortcuts;
    made.querySelector(".check span").textContent = words.singleKeys;
    made.querySelector("button").textContent = words.close;
    made.querySelector("input").addEventListener("change", (event) => {
      try {
        if (event.target.checked) localStorage.removeItem(OFF);
        else localStorage.setItem(OFF, "1");
      } catch {
        // kept for this page only
      }
      fillLine();
    });
    document.body.append(made);
    return made;
  }

  function showList() {
    dialog ||= makeDialog();
    const list = dialog.querySelector("dl");
    list.replaceChildren();
    for (const [keys, label] of [...listed(), ["?", words.allShortcuts]]) {
      const term = document.createElement("dt");
      const meaning = document.createElement("dd");
      term.append(caps(keys));
      meaning.textContent = label;
      list.append(term, meaning);
    }
    dialog.querySelector("input").checked = !switchedOff();
    dialog.showModal();
  }

  // ---- listening -------------------------------------------------------------------------

  function combined(event) {
    const ctrl = event.ctrlKey || event.metaKey ? "ctrl+" : "";
    return ctrl + event.key.toLowerCase();
  }

  function pressed(event) {
    const keys = combined(event);
    if (keys === "?") {
      showList();
      return true;
    }
    if (switchedOff() && !keys.includes("+")) return false;
    if (!pending && (keys === "j" || keys === "k")) return walk(keys === "j" ? 1 : -1);
    const sequence = pending ? `${pending} ${keys}` : keys;
    clearTimeout(timer);
    pending = "";
    const element = owner(sequence) || owner(keys);
    if (element) {
      act(element);
      return true;
    }
    const begins = [...document.querySelectorAll("[data-key]")].some((each) =>
      each.dataset.key.startsWith(`${sequence} `),
    );
    if (begins) {
      pending = sequence;
      timer = setTimeout(() => (pending = ""), WAIT);
    }
    return begins;
  }

  // Escape leaves the text that one writes, so that single keys work again; the text stays.
  document.addEventListener("keydown", (event) => {
    const leaves = event.key === "Escape" && !event.defaultPrevented && !event.isComposing;
    if (!leaves || !event.target.matches?.("textarea") || document.querySelector("dialog[open]")) return;
    event.target.blur();
    event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
    if (typing(event.target) && combined(event) !== "ctrl+enter") return;
    if ((event.ctrlKey || event.metaKey) && combined(event) !== "ctrl+enter") return;
    if (pressed(event)) event.preventDefault();
  });

  fillLine();
  document.addEventListener("htmx:afterSettle", fillLine);
})();
