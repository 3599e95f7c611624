// What every page needs: the token for htmx, bars that come and go, no double sending, dialogs, menus, the theme.
// Everything is declared in the markup; without this file each page still works by plain links and forms.
//
//   data-confirm="Sentence"        on a button or form: asks in a dialog before it goes on
//   data-open-dialog="id"          on a button: opens <dialog id>; [data-close-dialog] inside closes it
//   data-autosize                  on a textarea: grows with its text
//   data-drop                      on <details>: closes on Escape and on a click elsewhere
//   data-submit-on-change          on a select: sends its form
//   Document event desk:toast {text, level, key}   from any script, or the HX-Trigger header of an answer
(() => {
  "use strict";
  const words = document.getElementById("words").dataset;
  const word = (name) => words[name.replace(/-(.)/g, (_, c) => c.toUpperCase())] || "";
  const icons = { info: "info-circle", good: "circle-check", soon: "alert-triangle", late: "alert-triangle" };
  const NOT_SENT = "not-sent";

  // ---- bars ------------------------------------------------------------------------------

  function svg(name) {
    const sprite = document.querySelector("svg.i use");
    const base = sprite ? sprite.getAttribute("href").split("#")[0] : "";
    const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    picture.setAttribute("class", "i");
    picture.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `${base}#i-${name}`);
    picture.append(use);
    return picture;
  }

  function toast({ text, level = "info", key = "", action = null, stays = false }) {
    const region = document.getElementById("toasts");
    if (key) region.querySelector(`[data-toast="${key}"]`)?.remove();
    const bar = document.createElement("div");
    bar.className = `msgbar ${level}`;
    bar.dataset.toast = key;
    if (level === "late") bar.setAttribute("role", "alert");
    const body = document.createElement("div");
    body.textContent = text;
    const buttons = document.createElement("div");
    buttons.className = "line";
    if (action) buttons.append(button(action.label, "btn btn-sm btn-primary", () => (bar.remove(), action.run())));
    const close = button("", "btn btn-sm btn-plain", () => bar.remove());
    close.setAttribute("aria-label", word("close"));
    close.append(svg("x"));
    buttons.append(close);
    bar.append(svg(icons[level] || icons.info), body, buttons);
    region.append(bar);
    // Only good news leaves by itself: an error stays until it is read.
    if (!stays && (level === "good" || level === "info")) setTimeout(() => bar.remove(), 8000);
  }

  function button(label, css, run) {
    const element = document.createElement("button");
    element.type = "button";
    element.className = css;
    element.textContent = label;
    element.addEventListener("click", run);
    return element;
  }

  document.addEventListener("desk:toast", (event) => toast(event.detail));

  // A page that opens at one of its parts shows what was done there, not above the reader's view; said after the page
  // has come, it is also read out.
  function bringFlash() {
    const flash = document.getElementById("flash");
    const part = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (!part || !flash?.textContent.trim()) return;
    const text = flash.textContent.trim();
    flash.replaceChildren();
    if (part.tabIndex === -1) part.focus();
    setTimeout(() => toast({ text, level: "good", key: "done" }), 100);
  }

  // ---- sending once ----------------------------------------------------------------------

  const submitters = (form) => form.querySelectorAll("button:not([type]), button[type=submit], input[type=submit]");

  function hold(form) {
    form.dataset.sending = "1";
    // After the browser has read the form, or the pressed button's own value would be missing.
    setTimeout(() => {
      for (const each of submitters(form)) {
        each.setAttribute("aria-busy", "true");
        each.setAttribute("aria-disabled", "true");
      }
    });
  }

  function release(form) {
    delete form.dataset.sending;
    for (const each of submitters(form)) {
      each.removeAttribute("aria-busy");
      each.removeAttribute("aria-disabled");
    }
  }

  function tellNotSent(form) {
    toast({
      text: [word("not-sent"), form ? word("kept") : "", form ? word("sent-once") : ""].filter(Boolean).join(" "),
      level: "late",
      key: NOT_SENT,
      action: form ? { label: word("try-now"), run: () => form.requestSubmit() } : null,
    });
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sending) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (!navigator.onLine && !form.matches("[hx-post], [data-hx-post]")) {
      event.preventDefault();
      tellNotSent(form);
    } else {
      hold(form);
    }
  });
  // A page that comes back from the browser's memory must be usable again.
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach(release));

  // ---- htmx ------------------------------------------------------------------------------

  const formOf = (event) => (event.detail.elt instanceof Element ? event.detail.elt.closest("form") : null);

  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector('meta[name="csrf-token"]');
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.content;
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt;
    if (event.detail.requestConfig.verb === "get" || !(form instanceof HTMLFormElement)) return;
    if (form.dataset.sending) event.preventDefault();
    else hold(form);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = formOf(event);
    if (form) release(form);
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) =>
      tellNotSent(event.detail.requestConfig?.verb === "get" ? null : formOf(event)),
    );
  }
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    const said = { 403: "refused", 404: "gone", 410: "gone", 429: "too-many" }[status] || "broken";
    toast({ text: word(said), level: "late", key: "refused" });
  });
  document.addEventListener("htmx:afterSwap", (event) => prepare(event.detail.target));

  // ---- dialogs ---------------------------------------------------------------------------

  let asking = null;

  function ask(sentence, run) {
    asking ||= makeAsking();
    asking.querySelector("p").textContent = sentence;
    asking.onclose = () => asking.returnValue === "yes" && run();
    asking.returnValue = "";
    asking.showModal();
  }

  document.addEventListener("desk:ask", ({ detail }) => ask(detail.sentence, detail.run));

  function makeAsking() {
    const dialog = document.createElement("dialog");
    const form = document.createElement("form");
    form.method = "dialog";
    form.className = "dialog-body";
    const sentence = document.createElement("p");
    sentence.id = "asking-sentence";
    dialog.setAttribute("aria-labelledby", sentence.id);
    const actions = document.createElement("div");
    actions.className = "actions";
    for (const [value, label, css] of [
      ["", word("cancel"), "btn"],
      ["yes", word("confirm"), "btn btn-primary"],
    ]) {
      const each = document.createElement("button");
      each.value = value;
      each.className = css;
      each.textContent = label;
      actions.append(each);
    }
    form.append(sentence, actions);
    dialog.append(form);
    document.body.append(dialog);
    return dialog;
  }

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const source = event.submitter?.dataset.confirm ? event.submitter : form;
      if (!source.dataset.confirm || form.dataset.confirmed) {
        delete form.dataset.confirmed;
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      const submitter = event.submitter;
      ask(source.dataset.confirm, () => {
        form.dataset.confirmed = "1";
        form.requestSubmit(submitter);
      });
    },
    true,
  );

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open-dialog]");
    if (opener) document.getElementById(opener.dataset.openDialog)?.showModal();
    if (event.target.closest("[data-close-dialog]")) event.target.closest("dialog")?.close();
    for (const drop of document.querySelectorAll("details[data-drop][open]")) {
      if (!drop.contains(event.target)) drop.open = false;
    }
    const theme = event.target.closest("[data-theme-choice]");
    if (theme) chooseTheme(theme.dataset.themeChoice);
    const held = event.target.closest('[aria-disabled="true"]');
    if (held) event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const drop of document.querySelectorAll("details[data-drop][open]")) {
      drop.open = false;
      drop.querySelector("summary").focus();
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  });

  // ---- theme -----------------------------------------------------------------------------

  function chooseTheme(choice) {
    try {
      if (choice === "system") localStorage.removeItem("theme");
      else localStorage.setItem("theme", choice);
    } catch {
      // kept for this page only
    }
    document.dispatchEvent(new CustomEvent("desk:theme"));
    showTheme();
  }

  function showTheme() {
    let chosen = "system";
    try {
      chosen = localStorage.getItem("theme") || "system";
    } catch {
      // the device decides
    }
    for (const each of document.querySelectorAll("[data-theme-choice]")) {
      each.setAttribute("aria-pressed", String(each.dataset.themeChoice === chosen));
    }
  }

  // ---- text areas ------------------------------------------------------------------------

  function grow(area) {
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  }

  function prepare(root) {
    for (const area of root.querySelectorAll("textarea[data-autosize]")) if (area.value) grow(area);
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea[data-autosize]")) grow(event.target);
  });

  prepare(document);
  showTheme();
  bringFlash();
})();
