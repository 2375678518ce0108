// @ts-check
/** The panels of a live course: one figure a quantity, with what the cursor reads, and its numbers as a table. */

import { fill, h } from './dom.js';
import { percent, short, unitText } from './numbers.js';
import { colour, meaning } from './palette.js';
import { Plot } from './plots.js';

/** @typedef {import('./api.js').Course} Course */
/** @typedef {import('./plots.js').Lines} Lines */
/** @typedef {import('./plots.js').Look} Look */

/**
 * A panel as it is drawn, also by the figure that is downloaded.
 * @typedef {object} Panel
 * @property {string} name
 * @property {string} label
 * @property {string} unit
 * @property {Look} look
 * @property {Lines} lines
 */

const ROWS = 12;
const ORDER = ['rate', '_plasma', 'marrow_blast', 'mrd', 't_cells', 'il6', 'temperature', 'crs', 'anc', 'platelets'];

/** Whether a name is of what comes later in the page. @param {string} name */
function rank(name) {
  const found = ORDER.findIndex((part) => name.includes(part));
  return found < 0 ? ORDER.length : found;
}

/**
 * Return the panels of a course beside those of the pinned plan.
 *
 * @param {Course} course
 * @param {Course | null} pinned
 * @returns {Panel[]}
 */
export function panelsOf(course, pinned) {
  const fits = pinned && pinned.times.length === course.times.length ? pinned : null;
  const rate = { look: /** @type {Look} */ ({ meaning: 'engager', scale: 'linear', floor: 0, stepped: true, least: [0, 30] }) };
  /** @type {Panel[]} */
  const found = [
    { name: 'rate', label: 'Engager infused', unit: 'ug/day', ...rate, lines: { ...course.rate, pinned: fits?.rate.mid ?? null } },
    {
      name: 'crs',
      label: 'CRS: any, and grade ≥ 3',
      unit: 'share',
      look: { meaning: 'crs', second: 'severe', scale: 'linear', floor: 0, least: [0, 0.5] },
      lines: { low: null, high: null, mid: course.crs.any, second: course.crs.severe, pinned: fits?.crs.any ?? null, pinnedSecond: fits?.crs.severe ?? null },
    },
  ];
  for (const { name, label, unit, scale, floor, low, mid, high } of course.panels) {
    const before = fits?.panels.find((one) => one.name === name)?.mid ?? null;
    /** @type {Look} */
    const look = { meaning: meaning(name), scale, floor: floor || 1e-6 };
    if (name === 'temperature') look.least = [36.5, 39];
    else if (scale === 'linear') look.least = [0, unit === '%' ? 10 : 0];
    found.push({ name, label, unit, look, lines: { low, mid, high, pinned: before } });
  }
  return found.sort((a, b) => rank(a.name) - rank(b.name));
}

export class Panels {
  /** @param {boolean} dark */
  constructor(dark) {
    this.dark = dark;
    this.element = h('div', { class: 'panels' });
    /** @type {Map<string, Figure>} */
    this.figures = new Map();
    /** @type {Panel[]} */
    this.panels = [];
    /** @type {number[]} */
    this.times = [];
  }

  /** @param {Course} course @param {Course | null} pinned */
  draw(course, pinned) {
    this.times = course.times;
    this.panels = panelsOf(course, pinned);
    for (const [name, figure] of this.figures) {
      if (this.panels.some((panel) => panel.name === name)) continue;
      figure.destroy();
      this.figures.delete(name);
    }
    for (const panel of this.panels) this.#figure(panel).draw(panel, this.times);
  }

  /** @param {boolean} dark */
  theme(dark) {
    this.dark = dark;
    for (const figure of this.figures.values()) figure.theme(dark);
  }

  destroy() {
    for (const figure of this.figures.values()) figure.destroy();
    this.figures.clear();
  }

  /** @param {Panel} panel */
  #figure(panel) {
    const known = this.figures.get(panel.name);
    if (known) return known;
    const made = new Figure(panel, this.dark);
    this.figures.set(panel.name, made);
    const next = this.panels.slice(this.panels.indexOf(panel) + 1).find((one) => this.figures.has(one.name));
    this.element.insertBefore(made.element, (next && this.figures.get(next.name)?.element) ?? null);
    return made;
  }
}

class Figure {
  /** @param {Panel} panel @param {boolean} dark */
  constructor(panel, dark) {
    this.panel = panel;
    /** @type {[HTMLElement, string][]} */
    this.keys = [];
    /** @type {number[]} */
    this.times = [];
    this.drawing = h('div', { class: 'plot', role: 'img' });
    this.reading = h('span', { class: 'reading' });
    this.other = h('span', { class: 'reading' });
    this.table = h('div', { class: 'scroll', tabIndex: 0, role: 'region', 'aria-label': `${panel.label}: numbers` });
    this.details = h('details', { class: 'panel-table', ontoggle: () => this.#tabulate() }, h('summary', null, 'Table'), this.table);
    const unit = unitText(panel.unit);
    const title = h('span', { class: 'title', title: panel.label }, ...(panel.look.second ? [this.#key(panel.look.meaning, dark), 'CRS of any grade, ', this.#key(panel.look.second, dark), 'of grade ≥ 3'] : [panel.label, unit ? h('span', { class: 'unit' }, ` ${unit}`) : null]));
    this.element = h('figure', { class: 'course-panel card', dataset: { panel: panel.name } }, h('figcaption', null, title, this.reading, this.other), this.drawing, this.details);
    this.plot = new Plot(this.drawing, panel.look, { dark, oncursor: (index) => this.#read(index) });
  }

  /** @param {Panel} panel @param {number[]} times */
  draw(panel, times) {
    this.panel = panel;
    this.times = times;
    this.plot.draw(times, panel.lines);
    this.drawing.setAttribute('aria-label', summary(panel, times));
    this.#read(this.plot.chart?.cursor.idx ?? null);
    if (this.details.open) this.#tabulate();
  }

  /** @param {boolean} dark */
  theme(dark) {
    this.plot.theme(dark);
    for (const [mark, of] of this.keys) mark.style.borderTopColor = colour(of, dark);
  }

  destroy() {
    this.plot.destroy();
    this.element.remove();
  }

  /** Return the mark of a line in the title. @param {string} of  a meaning @param {boolean} dark */
  #key(of, dark) {
    const mark = h('i', { class: 'line-key', 'aria-hidden': 'true', style: { 'border-top-color': colour(of, dark) } });
    this.keys.push([mark, of]);
    return mark;
  }

  /** Say what stands under the cursor, or at the end. @param {number | null} index */
  #read(index) {
    const at = index ?? this.times.length - 1;
    if (at < 0 || at >= this.times.length) return;
    this.reading.textContent = `day ${short(this.times[at])}: ${value(this.panel, at)}`;
    this.other.textContent = pinnedValue(this.panel, at);
  }

  #tabulate() {
    if (!this.details.open) return;
    const { lines, look } = this.panel;
    const count = this.times.length;
    const at = [...new Set(Array.from({ length: ROWS }, (_, i) => Math.round((i * (count - 1)) / (ROWS - 1))))];
    const heads = look.second ? ['Day', 'Any', 'Grade ≥ 3', 'Pinned, any'] : ['Day', '5 %', 'Median', '95 %', 'Pinned'];
    const columns = look.second ? [lines.mid, lines.second, lines.pinned] : [lines.low, lines.mid, lines.high, lines.pinned];
    const text = (/** @type {number} */ x) => (look.second ? percent(x) : seen(x, look));
    const row = (/** @type {number} */ i) => h('tr', null, h('th', { scope: 'row' }, short(this.times[i])), ...columns.map((one) => h('td', { class: 'num' }, one ? text(one[i]) : '–')));
    fill(this.table, h('table', null, h('thead', null, h('tr', null, ...heads.map((head, i) => h('th', { scope: 'col', class: i ? 'num' : '' }, head)))), h('tbody', null, ...at.map(row))));
  }
}

/** @param {Panel} panel @param {number} at */
function value(panel, at) {
  const { low, mid, high, second } = panel.lines;
  const short = (/** @type {number} */ x) => seen(x, panel.look);
  if (second) return `${percent(mid[at])}, ≥ 3: ${percent(second[at])}`;
  const band = low && high ? ` (${short(low[at])} to ${short(high[at])})` : '';
  return short(mid[at]) + band;
}

/** @param {Panel} panel @param {number} at */
function pinnedValue({ lines, look }, at) {
  const { pinned, pinnedSecond } = lines;
  if (!pinned) return '';
  return pinnedSecond ? `pinned: ${percent(pinned[at])}, ≥ 3: ${percent(pinnedSecond[at])}` : `pinned: ${seen(pinned[at], look)}`;
}

/** Return a number of a panel; below the floor of its axis it is only said that it is. @param {number} x @param {Look} look */
function seen(x, look) {
  return look.scale === 'log' && x < look.floor ? `< ${short(look.floor)}` : short(x);
}

/** @param {Panel} panel @param {number[]} times */
function summary(panel, times) {
  const { mid, second } = panel.lines;
  const last = times.length - 1;
  if (second) return `${panel.label}. On day ${short(times[last])} ${percent(mid[last])} of subjects have any, ${percent(second[last])} grade 3 or higher; at most ${percent(Math.max(...mid))} and ${percent(Math.max(...second))}.`;
  const unit = unitText(panel.unit);
  const top = mid.indexOf(Math.max(...mid));
  const bottom = mid.indexOf(Math.min(...mid));
  const point = (/** @type {number} */ i) => `${seen(mid[i], panel.look)} ${unit} on day ${short(times[i])}`;
  return `${panel.label}: median ${point(0)}, ${point(last)}; highest ${point(top)}, lowest ${point(bottom)}.`;
}
