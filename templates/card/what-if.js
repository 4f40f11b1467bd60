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
    who: filled(words.who, {
      contacted: decimal(contacted),
      share: percent(fraction),
      whose: fraction === capacity ? words.study : words.own,
    }),
    expected: filled(gains ? words.gain : words.lose, {amount: decimal(Math.abs(model.value))}),
    opposite: gains ? "lose" : "gain",
    worse: lift.low > 1 ? words.worse : "",
  });
}

/** The figures that the page shows, by name. */
export function answers({currency}, {model, reached, lift, best, ...found}) {
  const rough = share => `${decimal(100 * share)}%`;
  const money = value => `${currency} ${decimal(value)}`;
  return {
    contacted: decimal(found.contacted),
    share: percent(found.fraction),
    churners: decimal(found.churners),
    reached: rough(reached.value),
    reachedLow: rough(reached.low),
    reachedHigh: rough(reached.high),
    lift: decimal(lift.value, 2),
    liftLow: decimal(lift.low, 2),
    liftHigh: decimal(lift.high, 2),
    ceiling: decimal(found.ceiling, 2),
    value: money(model.value),
    valueLow: decimal(model.low),
    valueHigh: decimal(model.high),
    random: decimal(found.random),
    best: percent(best.fraction),
    bestFrom: percent(best.from),
    bestTo: percent(best.to),
  };
}

const HEIGHT = 280;
const PLOT = {left: 52, right: 20, top: 30, bottom: 48};

/** The curve of the value as the content of an svg element of this width; the study's beside it where it differs. */
export function drawing({currency}, found, study, width) {
  const {points, fraction, model} = found;
  const moved = points.some((point, i) => point.value !== study.points[i].value);
  const all = [...points, ...(moved ? study.points : [])].flatMap(p => [p.low, p.high]);
  const [low, high] = [Math.min(0, ...all), Math.max(0, ...all)];
  const margin = (high - low || 1) * 0.04;
  const x = share => (PLOT.left + share * (width - PLOT.left - PLOT.right)).toFixed(1);
  const y = value =>
    (PLOT.top + ((high + margin - value) / (high - low + 2 * margin)) * (HEIGHT - PLOT.top - PLOT.bottom)).toFixed(1);
  const path = (list, key) => list.map(p => `${x(p.fraction)} ${y(p[key])}`).join("L");
  const line = (name, x1, y1, x2, y2) => `<line class="${name}" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;
  const text = (words, at, anchor, name = "") =>
    `<text class="${name}" x="${at[0]}" y="${at[1]}" text-anchor="${anchor}">${words}</text>`;
  const late = fraction > 0.5;
  const end = width - PLOT.right;
  return [
    ...ticks(low, high).flatMap(value => [
      line(value === 0 ? "zero" : "grid", PLOT.left, y(value), end, y(value)),
      text(brief(value), [PLOT.left - 8, Number(y(value)) + 4], "end"),
    ]),
    ...[0, 0.2, 0.4, 0.6, 0.8, 1].map(share =>
      text(percent(share), [x(share), HEIGHT - 26], "middle"),
    ),
    text("Share of customers contacted, riskiest first", [(PLOT.left + end) / 2, HEIGHT - 6], "middle"),
    `<path class="band" d="M${path(points, "low")}L${path([...points].reverse(), "high")}Z"/>`,
    moved ? `<path class="study" d="M${path(study.points, "value")}"/>` : "",
    line("zero", PLOT.left, y(0), end, y(0)),
    line("capacity", x(fraction), PLOT.top - 22, x(fraction), HEIGHT - PLOT.bottom),
    `<path class="value" d="M${path(points, "value")}"/>`,
    `<circle class="here" cx="${x(fraction)}" cy="${y(model.value)}" r="5"/>`,
    text(
      `${percent(fraction)} contacted: ${currency} ${decimal(model.value)}`,
      [Number(x(fraction)) + (late ? -7 : 7), PLOT.top - 10],
      late ? "end" : "start",
      "label",
    ),
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

function brief(value) {
  const [unit, size] = Math.abs(value) >= 1e6 ? ["M", 1e6] : Math.abs(value) >= 1000 ? ["k", 1000] : ["", 1];
  return decimal(value / size, 2).replace(/\.?0+$/, "") + unit;
}

function write(place, words) {
  if (place.textContent === words) return;
  const parts = words.split(/(\u2212?\d+(?:\u2009\d+)+)/).map((part, i) => {
    if (i % 2 === 0) return part;
    return Object.assign(document.createElement("span"), {className: "whole", textContent: part});
  });
  place.replaceChildren(...parts);
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
    find(".found").hidden = find(".advice").hidden = Boolean(bad);
    if (bad) return;
    const found = outlook(data, Object.fromEntries(inputs.map(input => [input.name, read(input)])));
    const words = advice(data, found);
    write(find(".advice"), words);
    for (const [name, figure] of Object.entries(answers(data, found)))
      for (const place of root.querySelectorAll(`[data-figure=${name}]`)) write(place, figure);
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
