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
const degrees = 180 / Math.PI;
// What is kept is no lighter than 204, what is faded no darker: they differ without any colour.
const keptBelow = 0.8;
const faded = 0.2;
// Of the chroma that a hue reaches at its brightness; less is told by halves, or is noise.
const toldShare = 0.3;
const leastChroma = 8;

function chromaOf(red, green, blue) {
  const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
  return { luma, cb: 0.564 * (blue - luma), cr: 0.713 * (red - luma) };
}

// For each degree of hue how much it is of the class: hues between two classes are of both.
function sharesOf(own) {
  const angles = [];
  for (const button of classes) {
    const { cb, cr } = chromaOf(...button.dataset.rgb.split(" ").map(Number));
    const angle = Math.atan2(cr, cb) * degrees;
    const before = angles.length ? angles[angles.length - 1] : angle;
    angles.push(angle + 360 * Math.ceil((before - angle) / 360));
  }
  const shares = new Float32Array(361);
  for (let degree = 0; degree <= 360; degree++) {
    const ends = [angles[0], angles[angles.length - 1]];
    let angle = degree - 180;
    while (angle < (ends[0] + ends[1]) / 2 - 180) angle += 360;
    const past = Math.min(Math.max(angle, ends[0]), ends[1]);
    const side = past < angles[own] ? own - 1 : own + 1;
    const room = side in angles ? Math.abs(angles[side] - angles[own]) : 1;
    shares[degree] = Math.max(0, 1 - Math.abs(past - angles[own]) / room);
  }
  return shares;
}

function drawAlone(own) {
  const image = stage.querySelector("img");
  const canvas = stage.querySelector("canvas");
  if (!image.naturalWidth || canvas.dataset.drawn === String(own)) return;
  canvas.dataset.drawn = String(own);
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const picture = context.getImageData(0, 0, canvas.width, canvas.height);
  const pixels = picture.data;
  const shares = sharesOf(own);
  const paint = chromaOf(...classes[own].dataset.rgb.split(" ").map(Number));
  const most = Math.hypot(paint.cb, paint.cr);
  for (let at = 0; at < pixels.length; at += 4) {
    const luma = 0.299 * pixels[at] + 0.587 * pixels[at + 1] + 0.114 * pixels[at + 2];
    const cb = 0.564 * (pixels[at + 2] - luma);
    const cr = 0.713 * (pixels[at] - luma);
    const chroma = Math.sqrt(cb * cb + cr * cr);
    const reach = most * Math.min(luma / paint.luma, (255 - luma) / (255 - paint.luma));
    const told = chroma / Math.max(toldShare * reach, leastChroma);
    const share = shares[Math.round(Math.atan2(cr, cb) * degrees) + 180] * Math.min(1, told * told);
    const grey = (1 - share) * (255 - faded * (255 - luma));
    for (let part = at; part < at + 3; part++)
      pixels[part] = grey + share * keptBelow * pixels[part];
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
  const views = document.querySelectorAll("button[data-view]");
  let whole = [...views].find((button) => button.getAttribute("aria-pressed") === "true");
  const setView = (view, pressed) => {
    stage.dataset.view = view;
    for (const button of [...views, ...classes])
      button.setAttribute("aria-pressed", String(button === pressed));
  };
  for (const button of views)
    button.addEventListener("click", () => {
      whole = button;
      setView(button.dataset.view, button);
    });
  for (const [own, button] of classes.entries())
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-pressed") === "true") return whole.click();
      drawAlone(own);
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
