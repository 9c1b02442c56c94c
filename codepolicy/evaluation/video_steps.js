(() => {
  const video = document.querySelector("video"), rows = [...document.querySelectorAll("tr[data-start]")];
  const end = Number(video.dataset.robot), still = Number(video.dataset.still);
  const moment = row => Number(row.dataset.start) / end * (video.duration - still);
  const show = () => {
    const current = rows.filter(row => moment(row) <= video.currentTime + 0.05).pop() || rows[0];
    for (const old of document.querySelectorAll(".now")) old.classList.remove("now");
    for (const part of [current, document.getElementById(current.dataset.line)]) if (part) part.classList.add("now");
  };
  for (const event of ["timeupdate", "seeking", "seeked", "play"]) video.addEventListener(event, () => video.duration && show());
  for (const row of rows) row.addEventListener("click", event => {
    if (event.target.closest("a") && event.target.closest("a").hash !== "#" + row.dataset.line) return;
    const seek = () => { video.currentTime = moment(row) + 0.01; };
    if (video.readyState) seek();
    else { video.addEventListener("loadedmetadata", seek, { once: true }); video.load(); }
  });
})();
