// Opens the mentions behind a number, and lets arrow keys walk through the hours. Without it numbers lead down the page.
"use strict";
const dialog = document.querySelector("dialog");
const these = dialog.querySelector(".these");

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.n");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const places = link.dataset.m.split(" ");
  dialog.querySelector("h2").textContent = link.dataset.t;
  dialog.querySelector(".count").textContent = link.dataset.c;
  these.replaceChildren(...places.map((place) => {
    const copy = document.getElementById("m" + place).cloneNode(true);
    copy.removeAttribute("id");
    return copy;
  }));
  dialog.showModal();
  dialog.scrollTop = 0;
});
dialog.querySelector("button").addEventListener("click", () => dialog.close());
dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

for (const table of document.querySelectorAll(".heat")) {
  const cells = [...table.querySelectorAll("a.n")];
  cells.forEach((cell, place) => { cell.tabIndex = place ? -1 : 0; });
  table.addEventListener("keydown", (event) => {
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
    const from = event.target.closest("td");
    if (!step || !from) return;
    event.preventDefault();
    const rows = [...table.tBodies[0].rows];
    let [row, column] = [rows.indexOf(from.parentNode), from.cellIndex];
    do {
      row += step[0];
      column += step[1];
      const found = rows[row]?.cells[column]?.querySelector("a.n");
      if (found) {
        cells.forEach((cell) => { cell.tabIndex = -1; });
        found.tabIndex = 0;
        found.focus();
        return;
      }
    } while (rows[row]?.cells[column]);
  });
}
