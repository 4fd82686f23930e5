"use strict";
// Views, zoom, one class of material alone, and lighting up a box with its finding. Without this
// script the page still reads.
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

// Whoever cannot tell the colours apart asks for each class in turn: all else is grey and faded.
const classes = [...document.querySelectorAll("button[data-rgb]")];
const leastChroma = 8;
const fadedTo = 0.3;

function chromaOf(red, green, blue) {
  const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
  return [luma, 0.564 * (blue - luma), 0.713 * (red - luma)];
}

function drawAlone(wanted) {
  const image = stage.querySelector("img");
  const canvas = stage.querySelector("canvas");
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const picture = context.getImageData(0, 0, canvas.width, canvas.height);
  const pixels = picture.data;
  const hues = classes.map((button) => {
    const [, cb, cr] = chromaOf(...button.dataset.rgb.split(" ").map(Number));
    return [cb / Math.hypot(cb, cr), cr / Math.hypot(cb, cr)];
  });
  const own = classes.indexOf(wanted);
  for (let at = 0; at < pixels.length; at += 4) {
    const [luma, cb, cr] = chromaOf(pixels[at], pixels[at + 1], pixels[at + 2]);
    const near = hues.map((hue) => cb * hue[0] + cr * hue[1]);
    if (near[own] >= leastChroma && near[own] === Math.max(...near)) continue;
    pixels[at] = pixels[at + 1] = pixels[at + 2] = 255 - fadedTo * (255 - luma);
  }
  context.putImageData(picture, 0, 0);
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
  const views = document.querySelectorAll("button[data-view], button[data-rgb]");
  const setView = (view, pressed) => {
    stage.dataset.view = view;
    for (const button of views) button.setAttribute("aria-pressed", String(button === pressed));
  };
  for (const button of document.querySelectorAll("button[data-view]"))
    button.addEventListener("click", () => setView(button.dataset.view, button));
  for (const button of classes)
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-pressed") === "true")
        return document.querySelector('button[data-view="colour"]').click();
      drawAlone(button);
      setView("class", button);
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
