(function () {
  "use strict";
  const table = document.getElementById("parameter-table");
  const rows = Array.from(table.tBodies[0].rows);
  const box = document.getElementById("parameter-filter");
  const kind = document.getElementById("parameter-kind");
  const count = document.getElementById("parameter-count");

  function show() {
    const words = box.value.trim().toLowerCase();
    const fits = function (row) {
      return row.textContent.toLowerCase().includes(words) && (!kind.value || row.dataset.kind === kind.value);
    };
    rows.forEach(function (row) { row.hidden = !fits(row); });
    count.textContent = rows.filter(function (row) { return !row.hidden; }).length + " of " + rows.length + " shown";
  }

  function value(row, column) {
    const cell = row.cells[column];
    if (cell.dataset.sort === undefined) { return cell.textContent.trim().toLowerCase(); }
    const number = parseFloat(cell.dataset.sort);
    return isNaN(number) ? "" : number;
  }

  // Nothing comes last, whichever way the rest runs.
  function compare(x, y, sign) {
    if (x === "" || y === "") { return x === y ? 0 : x === "" ? 1 : -1; }
    return (x < y ? -1 : x > y ? 1 : 0) * sign;
  }

  function sortable(cell, column) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...cell.childNodes);
    cell.append(button);
    button.addEventListener("click", function () {
      const up = cell.getAttribute("aria-sort") !== "ascending";
      Array.from(cell.parentNode.cells).forEach(function (other) { other.removeAttribute("aria-sort"); });
      cell.setAttribute("aria-sort", up ? "ascending" : "descending");
      rows.sort(function (a, b) { return compare(value(a, column), value(b, column), up ? 1 : -1); });
      table.tBodies[0].append(...rows);
    });
  }

  // Only what scrolls is a stop for the keyboard.
  function reach() {
    document.querySelectorAll(".scroll, .plate").forEach(function (part) {
      if (part.scrollWidth > part.clientWidth + 1 || part.scrollHeight > part.clientHeight + 1) {
        part.tabIndex = 0;
      } else {
        part.removeAttribute("tabindex");
      }
    });
  }

  function save(plate) {
    const svg = plate.querySelector("svg");
    const address = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(svg)], {type: "image/svg+xml"}));
    const link = document.createElement("a");
    link.href = address;
    link.download = plate.dataset.save;
    link.click();
    setTimeout(function () { URL.revokeObjectURL(address); }, 1000);
  }

  document.getElementById("parameter-tools").hidden = false;
  box.addEventListener("input", show);
  kind.addEventListener("change", show);
  show();
  Array.from(table.tHead.rows[0].cells).forEach(sortable);

  document.querySelectorAll(".plate[data-save]").forEach(function (plate) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "save";
    button.textContent = "Save figure (SVG)";
    button.setAttribute("aria-label", "Save figure (SVG): " + plate.querySelector("title").textContent);
    button.addEventListener("click", function () { save(plate); });
    plate.parentNode.querySelector(".under").append(button);
  });

  reach();
  window.addEventListener("resize", reach);
  document.addEventListener("toggle", reach, true);
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (part) { part.open = true; });
  });
}());
