(function () {
  "use strict";
  var table = document.getElementById("parameter-table");
  if (table) {
    var body = table.tBodies[0], rows = Array.prototype.slice.call(body.rows);
    var tools = document.getElementById("parameter-tools"), box = document.getElementById("parameter-filter");
    var kind = document.getElementById("parameter-kind"), count = document.getElementById("parameter-count");
    tools.hidden = false;
    var show = function () {
      var words = box.value.toLowerCase(), wanted = kind.value, seen = 0;
      rows.forEach(function (row) {
        var ok = row.textContent.toLowerCase().indexOf(words) >= 0 && (!wanted || row.dataset.kind === wanted);
        row.hidden = !ok;
        if (ok) { seen += 1; }
      });
      count.textContent = seen + " of " + rows.length;
    };
    box.addEventListener("input", show);
    kind.addEventListener("change", show);
    show();
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell, column) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = cell.textContent;
      cell.textContent = "";
      cell.appendChild(button);
      button.addEventListener("click", function () {
        var up = cell.getAttribute("aria-sort") !== "ascending";
        Array.prototype.forEach.call(table.tHead.rows[0].cells, function (c) { c.removeAttribute("aria-sort"); });
        cell.setAttribute("aria-sort", up ? "ascending" : "descending");
        var value = function (row) {
          var text = row.cells[column].dataset.sort || row.cells[column].textContent.trim();
          var n = parseFloat(text);
          return isNaN(n) ? text.toLowerCase() : n;
        };
        rows.sort(function (a, b) {
          var x = value(a), y = value(b);
          if (typeof x !== typeof y) { return typeof x === "number" ? -1 : 1; }
          return (x < y ? -1 : x > y ? 1 : 0) * (up ? 1 : -1);
        });
        rows.forEach(function (row) { body.appendChild(row); });
      });
    });
  }
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (d) { d.open = true; });
  });
}());
