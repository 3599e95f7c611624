// Puts rows into an order, by dragging and by keyboard. The order that is sent is the order of the rows on the page:
// each row holds its own <input type="hidden" name="order" value="ID">.
//
//   [data-sort]                       the parent of the rows, inside the form
//   [data-sort-row]                   a row; data-sort-name is announced
//   [data-sort-handle]                what is dragged, a button; arrow keys on it move the row too
//   button[data-move="up" | "down"]   moves its row; without this file it submits its own name and value
//   [data-sort-number]                shows the row's place
(() => {
  "use strict";
  const words = document.getElementById("words").dataset;
  const rowsOf = (list) => [...list.querySelectorAll(":scope > [data-sort-row]")];

  function number(list) {
    rowsOf(list).forEach((row, index) => {
      const place = row.querySelector("[data-sort-number]");
      if (place) place.textContent = index + 1;
    });
    list.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function tell(from, to) {
    const text = words.moved.replace("{from}", from + 1).replace("{to}", to + 1);
    document.dispatchEvent(new CustomEvent("desk:toast", { detail: { text, level: "info", key: "moved" } }));
  }

  function move(row, step) {
    const list = row.parentElement;
    const rows = rowsOf(list);
    const from = rows.indexOf(row);
    const to = from + step;
    if (to < 0 || to >= rows.length) return;
    list.insertBefore(row, step < 0 ? rows[to] : rows[to].nextElementSibling);
    number(list);
    tell(from, to);
  }

  document.addEventListener("click", (event) => {
    const mover = event.target.closest("[data-sort] [data-move]");
    if (!mover) return;
    event.preventDefault();
    move(mover.closest("[data-sort-row]"), mover.dataset.move === "up" ? -1 : 1);
    mover.focus();
  });

  document.addEventListener("keydown", (event) => {
    const handle = event.target.closest?.("[data-sort-handle]");
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!handle || !step) return;
    event.preventDefault();
    move(handle.closest("[data-sort-row]"), step);
    handle.focus();
  });

  document.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-sort-handle]");
    if (!handle || event.button !== 0) return;
    const row = handle.closest("[data-sort-row]");
    const list = row.parentElement;
    const from = rowsOf(list).indexOf(row);
    event.preventDefault();
    row.classList.add("dragged");

    function drag(moved) {
      const over = rowsOf(list).find((other) => {
        const box = other.getBoundingClientRect();
        return other !== row && moved.clientY > box.top && moved.clientY < box.bottom;
      });
      if (!over) return;
      const box = over.getBoundingClientRect();
      list.insertBefore(row, moved.clientY < box.top + box.height / 2 ? over : over.nextElementSibling);
    }

    function drop() {
      document.removeEventListener("pointermove", drag);
      row.classList.remove("dragged");
      const to = rowsOf(list).indexOf(row);
      if (to !== from) {
        number(list);
        tell(from, to);
      }
    }

    // On the document: a handle that moves with its row loses the pointer.
    document.addEventListener("pointermove", drag);
    const end = new AbortController();
    for (const name of ["pointerup", "pointercancel"]) {
      document.addEventListener(name, () => (end.abort(), drop()), { signal: end.signal });
    }
  });
})();
