"use strict";
// Views, zoom, and lighting up a box with its finding. Without this script the page still reads.
const stage = document.querySelector(".stage");
const port = document.querySelector(".port");
let zoom = 1;

function setZoom(wanted, at) {
  const before = stage.clientWidth;
  const x = at ? at.x : port.clientWidth / 2;
  const y = at ? at.y : port.clientHeight / 2;
  const left = port.scrollLeft + x;
  const top = port.scrollTop + y;
  zoom = Math.min(8, Math.max(1, wanted));
  stage.style.setProperty("--zoom", zoom);
  const grown = stage.clientWidth / before;
  port.scrollTo(left * grown - x, top * grown - y);
}

function light(number) {
  for (const part of document.querySelectorAll("[data-finding]"))
    part.classList.toggle("on", part.dataset.finding === number);
}

function show(number) {
  const box = stage.querySelector(`.box[data-finding="${number}"]`);
  if (!box) return;
  const share = Math.max(box.offsetWidth / port.clientWidth, box.offsetHeight / port.clientHeight);
  setZoom((zoom * 0.35) / share);
  port.scrollTo(
    box.offsetLeft + box.offsetWidth / 2 - port.clientWidth / 2,
    box.offsetTop + box.offsetHeight / 2 - port.clientHeight / 2,
  );
  light(number);
}

for (const part of document.querySelectorAll("[data-finding]")) {
  const number = part.dataset.finding;
  part.addEventListener("pointerenter", () => light(number));
  part.addEventListener("pointerleave", () => light(null));
  part.addEventListener("focusin", () => light(number));
}
for (const button of document.querySelectorAll("[data-show]"))
  button.addEventListener("click", () => show(button.dataset.show));

if (stage) {
  for (const button of document.querySelectorAll("[data-view]:not(.stage)"))
    button.addEventListener("click", () => {
      stage.dataset.view = button.dataset.view;
      for (const other of document.querySelectorAll("button[data-view]"))
        other.setAttribute("aria-pressed", String(other === button));
    });
  for (const button of document.querySelectorAll("[data-zoom]"))
    button.addEventListener("click", () =>
      setZoom(button.dataset.zoom === "fit" ? 1 : zoom * Number(button.dataset.zoom)),
    );
  document.querySelector("#contrast").addEventListener("input", (event) =>
    stage.style.setProperty("--contrast", event.target.value),
  );
  document.querySelector("#boxes").addEventListener("click", (event) => {
    const bare = stage.classList.toggle("bare");
    event.target.setAttribute("aria-pressed", String(!bare));
  });
  port.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const frame = port.getBoundingClientRect();
      setZoom(zoom * Math.exp(-event.deltaY / 400), {
        x: event.clientX - frame.left,
        y: event.clientY - frame.top,
      });
    },
    { passive: false },
  );
  let grip = null;
  port.addEventListener("pointerdown", (event) => {
    if (event.button || event.pointerType !== "mouse") return;
    grip = { x: event.clientX + port.scrollLeft, y: event.clientY + port.scrollTop };
  });
  port.addEventListener("pointermove", (event) => {
    if (grip) port.scrollTo(grip.x - event.clientX, grip.y - event.clientY);
  });
  for (const end of ["pointerup", "pointerleave"]) port.addEventListener(end, () => (grip = null));
  stage.addEventListener("dragstart", (event) => event.preventDefault());
}
