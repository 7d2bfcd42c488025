// Draws each chart from the table that stands below it: there is nothing in it that is not in the table.

function colours() {
  const style = getComputedStyle(document.body);
  const of = (name) => style.getPropertyValue(name).trim();
  return { lines: [of("--accent"), of("--good"), "#b8860b"], text: of("--text"), grid: of("--line") };
}

function draw(canvas) {
  const table = document.getElementById(canvas.dataset.table);
  const columns = canvas.dataset.columns.split(",").map(Number);
  const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  const rows = [...table.tBodies[0].rows].slice(0, 60);
  const { lines, text, grid } = colours();
  const isBar = canvas.dataset.chart === "bar";
  const box = canvas.parentElement;
  box.hidden = false;
  if (isBar) box.classList.add("chart--bar");
  box.dataset.rows = Math.min(rows.length, 15);
  const datasets = columns.map((column, n) => ({
    label: heads[column],
    data: rows.slice(0, isBar ? 15 : 60).map((row) => Number(row.cells[column].dataset.value ?? 0)),
    backgroundColor: lines[n],
    borderColor: lines[n],
    pointStyle: ["circle", "rect", "triangle"][n],
    borderDash: [[], [6, 3], [2, 2]][n],
    borderWidth: isBar ? 0 : 2,
    maxBarThickness: 22,
    tension: 0.25,
  }));
  const numbers = { beginAtZero: true, ticks: { precision: 0, color: text }, grid: { color: grid } };
  const names = { ticks: { color: text }, grid: { display: false } };
  new Chart(canvas, {
    type: canvas.dataset.chart,
    data: { labels: rows.slice(0, isBar ? 15 : 60).map((row) => row.cells[0].textContent.trim()), datasets },
    options: {
      indexAxis: isBar ? "y" : "x",
      animation: false,
      maintainAspectRatio: false,
      plugins: { legend: { display: columns.length > 1, labels: { color: text, usePointStyle: true } } },
      scales: isBar ? { x: numbers, y: names } : { x: names, y: numbers },
    },
  });
}

if (window.Chart) {
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  for (const canvas of document.querySelectorAll("canvas[data-chart]")) draw(canvas);
}
