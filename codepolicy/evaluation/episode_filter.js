(() => {
  const table = document.getElementById("episodes"), body = table.tBodies[0], rows = [...body.rows];
  const controls = [...document.querySelectorAll("[data-filter]")], words = document.getElementById("words");
  const shown = document.getElementById("shown");
  const apply = () => {
    let count = 0;
    for (const row of rows) {
      const fits = controls.every(c => !c.value || row.dataset[c.dataset.filter] === c.value)
        && row.textContent.toLowerCase().includes(words.value.toLowerCase());
      row.hidden = !fits;
      count += fits;
    }
    shown.textContent = `${count} of ${rows.length} episodes`;
  };
  for (const control of [...controls, words]) control.addEventListener("input", apply);
  [...table.tHead.rows[0].cells].forEach((cell, column) => {
    let down = false;
    cell.addEventListener("click", () => {
      const value = row => row.cells[column].textContent;
      rows.sort((a, b) => value(a).localeCompare(value(b), "en", { numeric: true }) * (down ? -1 : 1));
      down = !down;
      body.append(...rows);
    });
  });
  apply();
})();
