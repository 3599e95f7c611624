// The composer of a ticket. Who will see the text is chosen by plain radios; labels, colour and button follow by
// style sheet (`data-kind` on the radio, `data-for` on both texts), so this file only keeps drafts and inserts.
//
//   form[data-composer]                  holds one textarea[name=body]
//   data-draft-url="..."                 where the form is posted, shortly after typing stops; any 2xx means kept
//   [data-draft-status]                  says when it was kept
//   button[data-insert="id"]             puts the text of <template id> at the caret and adds data-revision to
//                                        input[name=revisions] (comma-separated); data-title is announced
//   data-insert-said="id"                on that button: what goes into an answer to the customer instead
//   data-insert-sure="..."               on that button: asked before it goes into an answer to the customer
//   [data-agents-band]                   shown while words of a <template data-agents-only> stand in such an answer,
//                                        unless a <template data-may-be-said> has them too
(() => {
  "use strict";
  const QUIET = 1500;
  const AGAIN = 10000;
  const words = document.getElementById("words").dataset;
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, {
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });

  function start(form) {
    if (form.dataset.composerReady) return;
    form.dataset.composerReady = "1";
    const body = form.querySelector("textarea[name=body]");
    const status = form.querySelector("[data-draft-status]");
    let kept = body.value;
    let timer = 0;
    let leaving = false;

    const say = (text) => status && (status.textContent = text);

    async function keep(last = false) {
      const text = body.value;
      if (!form.dataset.draftUrl || text === kept) return;
      try {
        const answer = await fetch(form.dataset.draftUrl, {
          method: "POST",
          body: draft(),
          headers: { "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value },
          credentials: "same-origin",
          keepalive: last,
        });
        if (!answer.ok) throw new Error(String(answer.status));
        kept = text;
        say(words.draftKept.replace("{time}", clock.format(new Date())));
      } catch {
        say(words.draftNotKept);
        schedule(AGAIN);
      }
    }

    // Files stay out of drafts: they are sent once, with the answer.
    function draft() {
      const data = new FormData(form);
      for (const name of [...data.keys()]) if (data.get(name) instanceof File) data.delete(name);
      return data;
    }

    function schedule(wait) {
      clearTimeout(timer);
      timer = setTimeout(keep, wait);
    }

    body.addEventListener("input", () => schedule(QUIET));
    form.addEventListener("submit", () => {
      leaving = true;
      clearTimeout(timer);
    });
    form.addEventListener("htmx:afterRequest", () => (leaving = false));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden" && !leaving) keep(true);
    });
    window.addEventListener("pageshow", () => (leaving = false));
    window.addEventListener("beforeunload", (event) => {
      if (!leaving && body.isConnected && body.value !== kept) event.preventDefault();
    });
    const watch = () => warn(form, body);
    body.addEventListener("input", watch);
    form.addEventListener("change", watch);
    document.addEventListener("htmx:afterSettle", watch);
    form.addEventListener("desk:insert", (event) => insert(form, body, event.detail));
  }

  function insert(form, body, { text, revision, title }) {
    const gap = body.selectionStart > 0 && !body.value.slice(0, body.selectionStart).endsWith("\n") ? "\n\n" : "";
    body.focus();
    body.setRangeText(gap + text, body.selectionStart, body.selectionEnd, "end");
    body.dispatchEvent(new Event("input", { bubbles: true }));
    const field = form.querySelector("[name=revisions]");
    const known = field ? field.value.split(",").filter(Boolean) : [];
    if (field && revision && !known.includes(revision)) field.value = [...known, revision].join(",");
    if (title) {
      const detail = { text: words.inserted.replace("{title}", title), level: "good", key: "inserted" };
      document.dispatchEvent(new CustomEvent("desk:toast", { detail }));
    }
  }

  const forCustomer = (form) => form.querySelector("input[name=audience]:checked")?.value === "public";

  // ---- words for agents only --------------------------------------------------------------

  const LEAST = 12;
  const lines = (text) => text.split("\n").map((line) => line.trim());
  const all = (which) => [...document.querySelectorAll(`template[${which}]`)].map((each) => each.content.textContent);

  // Told by the text itself, so that it also holds for a draft, for a note that becomes an answer, and no longer than it must.
  function warn(form, body) {
    const band = form.querySelector("[data-agents-band]");
    if (!band) return;
    const said = all("data-may-be-said").join("\n");
    const kept = all("data-agents-only").flatMap(lines);
    const leaks = kept.some((line) => line.length >= LEAST && body.value.includes(line) && !said.includes(line));
    band.hidden = !(forCustomer(form) && leaks);
  }

  document.addEventListener("click", (event) => {
    const source = event.target.closest("[data-insert]");
    const form = source && document.querySelector("form[data-composer]");
    const said = form && forCustomer(form) && source.dataset.insertSaid;
    const template = source && document.getElementById(said || source.dataset.insert);
    if (!form || !template) return;
    event.preventDefault();
    const detail = {
      text: template.content.textContent.trim(),
      revision: source.dataset.revision,
      title: source.dataset.title,
    };
    const run = () => form.dispatchEvent(new CustomEvent("desk:insert", { detail }));
    const sentence = forCustomer(form) && source.dataset.insertSure;
    if (sentence) document.dispatchEvent(new CustomEvent("desk:ask", { detail: { sentence, run } }));
    else run();
  });

  const startAll = () => document.querySelectorAll("form[data-composer]").forEach(start);
  startAll();
  document.addEventListener("htmx:afterSettle", startAll);
})();
