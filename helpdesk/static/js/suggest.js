// Offers answers while a customer types what the question is about.
//
//   <input data-suggest-url="/acme/suggest" data-suggest-into="may-help">    asks with ?q=...
//   <section id="may-help" aria-live="polite">...</section>                  takes the HTML of the answer
//   data-suggest-phone="send"     on a phone the answers stand before the element of that id, not after the form
(() => {
  "use strict";
  const QUIET = 300;
  const FEWEST = 3;

  for (const input of document.querySelectorAll("[data-suggest-url]")) {
    const region = document.getElementById(input.dataset.suggestInto);
    if (!region) continue;
    const place = document.getElementById(input.dataset.suggestPhone || "");
    if (place && matchMedia("(max-width: 767.98px)").matches) place.before(region);
    let timer = 0;
    let running = null;
    let asked = "";

    async function ask() {
      const words = input.value.trim();
      if (words === asked || words.length < FEWEST) return;
      asked = words;
      running?.abort();
      running = new AbortController();
      try {
        const url = new URL(input.dataset.suggestUrl, location.href);
        url.searchParams.set("q", words);
        const answer = await fetch(url, { signal: running.signal, credentials: "same-origin" });
        // Made and escaped by our own server; anything else than a fragment of it is left alone.
        if (answer.ok && !answer.redirected) region.innerHTML = await answer.text();
      } catch {
        asked = ""; // typing on asks again; the form works without suggestions
      }
    }

    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, QUIET);
    });
    if (input.value) ask();
  }
})();
