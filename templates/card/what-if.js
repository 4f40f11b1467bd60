// What a reader may try on the page of a card. Figures start as the study's; what is computed here is shown and kept
// nowhere. The functions that compute touch no page, so that tests can hold them against the library.

/** A figure as the card prints it. */
export function decimal(value, digits = 0) {
  const fixed = Math.abs(value).toFixed(digits);
  const [integer, fraction] = fixed.split(".");
  const grouped = integer.replace(/\B(?=(\d{3})+$)/g, "\u2009");
  return (value < 0 && /[1-9]/.test(fixed) ? "\u2212" : "") + grouped + (fraction ? `.${fraction}` : "");
}

export const percent = share => `${decimal(100 * share, 1)}%`.replace(".0%", "%");

const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** The study's own figures; `share` is a place among the shares. */
export const studyOf = data => ({share: data.shares.fraction.indexOf(data.capacity), ...data.figures});

/**
 * The campaign at other figures. A cost that differs from the study's moves the draws behind the bounds by as much, a
 * value or an effect of the offer in proportion; so the bounds are those of the same draws. (Where costs are spread
 * as well as the value moved, the spread of costs is taken to move with it.)
 */
export function outlook({customers, baseRate, figures, shares}, chosen) {
  const cost = chosen.contactCost + chosen.offerCost;
  const keeps = chosen.offerWorks * chosen.customerValue;
  const studyCost = figures.contactCost + figures.offerCost;
  const studyKeeps = figures.offerWorks * figures.customerValue;
  const valueOf = (churners, f) => customers * (churners * keeps - f * cost);
  const bound = (low, f) => (low + customers * f * studyCost) * (keeps / studyKeeps) - customers * f * cost;
  const points = shares.fraction.map((fraction, i) => ({
    fraction,
    value: valueOf(shares.churners[i], fraction),
    low: bound(shares.low[i], fraction),
    high: bound(shares.high[i], fraction),
  }));
  const learned = shares.learned.map((churners, i) => valueOf(churners, shares.fraction[i]));
  const best = learned.reduce((most, value, i) => (value > learned[most] ? i : most), 0);
  const near = i => learned[i] >= 0.95 * learned[best];
  let [from, to] = [best, best];
  while (from > 0 && near(from - 1)) from--;
  while (to < learned.length - 1 && near(to + 1)) to++;
  const {fraction, value, low, high} = points[chosen.share];
  const churners = shares.churners[chosen.share];
  const reach = lift => Math.min(1, lift * fraction);
  const [liftLow, liftHigh] = [shares.liftLow[chosen.share], shares.liftHigh[chosen.share]];
  return {
    fraction,
    contacted: fraction * customers,
    churners: churners * customers,
    reached: {value: churners / baseRate, low: reach(liftLow), high: reach(liftHigh)},
    lift: {value: churners / baseRate / fraction, low: liftLow, high: liftHigh},
    ceiling: Math.min(1 / baseRate, 1 / fraction),
    model: {value, low, high},
    random: valueOf(fraction * baseRate, fraction),
    best: {fraction: shares.fraction[best], from: shares.fraction[from], to: shares.fraction[to]},
    most: Math.max(...points.slice(1).map(point => point.value)),
    points,
  };
}

/** The advice on the card, of these figures. */
export function advice({words, capacity}, {fraction, contacted, model, most, lift}) {
  const gains = model.value >= 0;
  const sentence =
    model.low > 0 ? "contact" : model.high < 0 ? "stop" : most <= 0 ? "nobody" : "experiment";
  return filled(words[sentence], {
    who: filled(fraction === 1 ? words.everybody : words.who, {
      contacted: decimal(contacted),
      share: percent(fraction),
      whose: fraction === capacity ? words.study : words.own,
    }),
    expected: filled(gains ? words.gain : words.lose, {amount: decimal(Math.abs(model.value))}),
    opposite: gains ? "lose" : "gain",
    worse: lift.low > 1 ? words.worse : "",
  });
}

/** How the page shows figures. */
export const FORMATS = {
  whole: value => decimal(value),
  two: value => decimal(value, 2),
  percent,
  rough: share => `${decimal(100 * share)}%`,
};

const HEIGHT = 280;
const PLOT = {left: 52, right: 20, top: 40, bottom: 52};

/** The value by share as the content of an svg element of this width; the study's beside it where it differs. */
export function drawing({currency}, {points, fraction, model}, study, width) {
  const moved = points.some((point, i) => point.value !== study.points[i].value);
  const all = [...points, ...(moved ? study.points : [])].flatMap(p => [p.low, p.high]);
  const [low, high] = [Math.min(0, ...all), Math.max(0, ...all)];
  const escaped = currency.replace(/[&<]/g, c => `&#${c.charCodeAt(0)};`);
  const [right, bottom] = [width - PLOT.right, HEIGHT - PLOT.bottom];
  const x = share => Math.round(PLOT.left + share * (right - PLOT.left));
  const y = value => Math.round(10 * (bottom - ((value - low) / (high - low || 1)) * (bottom - PLOT.top))) / 10;
  const path = (name, list, ...keys) => {
    const ways = keys.map((key, k) => (k ? [...list].reverse() : list).map(p => `${x(p.fraction)} ${y(p[key])}`));
    return `<path class="${name}" d="M${ways.flat().join("L")}"/>`;
  };
  const line = (name, x1, y1, x2, y2) => `<path class="${name}" d="M${x1} ${y1}L${x2} ${y2}"/>`;
  const text = (words, left, top, anchor, name = "") =>
    `<text class="${name}" x="${left}" y="${top}" text-anchor="${anchor}">${words}</text>`;
  const [side, anchor] = fraction > 0.5 ? [-7, "end"] : [7, "start"];
  return [
    ...ticks(low, high).flatMap(value => [
      line("grid", PLOT.left, y(value), right, y(value)),
      text(brief(value), PLOT.left - 8, y(value) + 4, "end"),
    ]),
    ...[0, 0.2, 0.4, 0.6, 0.8, 1].map(share => text(percent(share), x(share), bottom + 22, "middle")),
    text("Share of customers contacted, riskiest first", x(0.5), bottom + 42, "middle"),
    path("band", points, "low", "high"),
    moved ? path("study", study.points, "value") : "",
    line("zero", PLOT.left, y(0), right, y(0)),
    line("capacity", x(fraction), 4, x(fraction), bottom),
    path("value", points, "value"),
    `<circle class="here" cx="${x(fraction)}" cy="${y(model.value)}" r="5"/>`,
    text(`${percent(fraction)} contacted: ${escaped} ${decimal(model.value)}`, x(fraction) + side, 16, anchor, "label"),
  ].join("");
}

/** Round values between two, about five. */
function ticks(low, high) {
  const rough = (high - low || 1) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find(n => n * power >= rough) ?? 10);
  const first = Math.ceil(low / step);
  return Array.from({length: Math.floor(high / step) - first + 1}, (_, i) => (first + i) * step);
}

const brief = value =>
  Math.abs(value) < 1000 ? String(+value.toPrecision(3)).replace("-", "\u2212") : `${decimal(value / 1000, 1).replace(".0", "")}k`;

/** Writes words where they are new, thousands kept on one line. */
function write(place, words) {
  if (place.textContent === words) return;
  const part = (text, i) => (i % 2 ? Object.assign(document.createElement("span"), {className: "whole", textContent: text}) : text);
  place.replaceChildren(...words.split(/(\u2212?\d+(?:\u2009\d+)+)/).map(part));
}

function start(root) {
  const find = selector => root.querySelector(selector);
  const data = JSON.parse(find("script").textContent);
  const study = studyOf(data);
  const inputs = [...root.querySelectorAll("input")];
  const svg = find("svg");
  const same = input => input.value === input.defaultValue;
  // The study's figure is printed with fewer digits than it has.
  const read = input =>
    same(input) ? study[input.name] : Number(input.value) / (input.name === "offerWorks" ? 100 : 1);
  const wrong = ({value, min, max}) => value === "" || +value < +min || (max !== "" && +value > +max);
  const update = () => {
    for (const input of inputs) input.setAttribute("aria-invalid", wrong(input));
    const bad = inputs.find(wrong);
    const range = bad?.max ? `from 0 to ${bad.max}` : "of 0 or more";
    write(find(".wrong"), bad ? `${bad.labels[0].textContent}: a number ${range} is needed.` : "");
    find(".mine").hidden = inputs.every(same);
    for (const name of ["output", ".advice", ".found"]) find(name).hidden = Boolean(bad);
    if (bad) return;
    const found = outlook(data, Object.fromEntries(inputs.map(input => [input.name, read(input)])));
    const words = advice(data, found);
    write(find(".advice"), words);
    for (const place of root.querySelectorAll("[data-figure]")) {
      const {figure, as} = place.dataset;
      write(place, FORMATS[as](figure.split(".").reduce((part, name) => part[name], found)));
    }
    inputs[0].setAttribute("aria-valuetext", `${percent(found.fraction)} of the customers`);
    const width = Math.max(280, Math.min(608, svg.parentElement.clientWidth));
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    svg.setAttribute("aria-label", `Expected value by share of customers contacted. ${words}`);
    svg.innerHTML = drawing(data, found, outlook(data, study), width);
  };
  root.hidden = false;
  root.addEventListener("input", update);
  find("button").addEventListener("click", () => {
    for (const input of inputs) input.value = input.defaultValue;
    update();
  });
  globalThis.addEventListener("resize", update);
  update();
}

const root = globalThis.document?.querySelector(".what-if");
if (root) start(root);
