// @ts-check
/** One time course: a band, its median and the pinned plan's median, drawn by uPlot and redrawn in place. */

import uPlot from '../vendor/uplot/uPlot.esm.js';
import { decade, short } from './numbers.js';
import { colour, faint } from './palette.js';

/**
 * @typedef {object} Look
 * @property {string} meaning  of {@link colour}: the median, or the first share
 * @property {string} [second]  meaning of a second line, which has no band
 * @property {'log' | 'linear'} scale
 * @property {number} floor  what is drawn of anything below it, on a logarithmic axis
 * @property {boolean} [stepped]
 * @property {readonly [number, number]} [least]  what the axis shows at least
 */

/** @typedef {{low: number[] | null, mid: number[], high: number[] | null, pinned: number[] | null, pinnedSecond?: number[] | null, second?: number[]}} Lines */

const FONT = '12px system-ui, "Segoe UI", Roboto, Arial, sans-serif';
const HEIGHT = 138;

/** The cursor of every panel moves together. */
const SYNC = { key: 'trimer-course', setSeries: false };

export class Plot {
  /**
   * @param {HTMLElement} place
   * @param {Look} look
   * @param {{dark: boolean, oncursor: (index: number | null) => void}} options
   */
  constructor(place, look, options) {
    this.place = place;
    this.look = look;
    this.options = options;
    /** @type {uPlot | null} */
    this.chart = null;
    /** @type {any} */
    this.data = [[0], [null], [null], [null], [null], [null], [null]];
    this.width = 0;
    this.watcher = new ResizeObserver(([entry]) => this.#fit(Math.floor(entry.contentRect.width)));
    this.watcher.observe(place);
  }

  /** @param {number[]} times @param {Lines} lines */
  draw(times, lines) {
    const none = times.map(() => null);
    const rows = [lines.low, lines.high, lines.pinned, lines.pinnedSecond, lines.mid, lines.second];
    this.data = [times, ...rows.map((row) => (row ? this.#floored(row) : none))];
    this.chart?.setData(this.data);
  }

  /** @param {boolean} dark */
  theme(dark) {
    this.options = { ...this.options, dark };
    if (this.chart) this.#make();
  }

  destroy() {
    this.watcher.disconnect();
    this.chart?.destroy();
    this.chart = null;
  }

  /** @param {number[]} row */
  #floored(row) {
    const { floor, scale } = this.look;
    return scale === 'log' ? row.map((x) => Math.max(x, floor)) : row;
  }

  /** @param {number} width */
  #fit(width) {
    if (width < 40 || width === this.width) return;
    this.width = width;
    if (this.chart) this.chart.setSize({ width, height: HEIGHT });
    else this.#make();
  }

  #make() {
    this.chart?.destroy();
    this.chart = new uPlot(this.#settings(), this.data, this.place);
  }

  /** @returns {uPlot.Options} */
  #settings() {
    const { dark, oncursor } = this.options;
    const { look } = this;
    const line = colour(look.meaning, dark);
    const second = colour(look.second ?? look.meaning, dark);
    const grey = colour('pinned', dark);
    const paths = look.stepped && uPlot.paths.stepped ? uPlot.paths.stepped({ align: 1 }) : undefined;
    const edge = { stroke: faint(line, 0.35), width: 0.75, paths, points: { show: false } };
    const dashed = { stroke: grey, width: 1.5, dash: [5, 4], paths, points: { show: false } };
    const main = { stroke: line, width: 2, paths, points: { show: false } };
    const axis = { stroke: colour('soft', dark), font: FONT, grid: { stroke: colour('grid', dark), width: 1 }, ticks: { show: false } };
    const y = look.scale === 'log' ? { ...axis, splits: decades, filter: (/** @type {uPlot} */ _, /** @type {number[]} */ at) => at, values: (/** @type {uPlot} */ _, /** @type {number[]} */ at) => at.map(decade) } : { ...axis, values: (/** @type {uPlot} */ _, /** @type {number[]} */ at) => at.map(short), space: 28 };
    return {
      width: this.width,
      height: HEIGHT,
      padding: [8, 16, 0, 0],
      legend: { show: false },
      cursor: { sync: SYNC, y: false, drag: { x: false, y: false }, points: { size: 6 } },
      scales: { x: { time: false }, y: { distr: look.scale === 'log' ? 3 : 1, range: (_, low, high) => ranged(look, low, high) } },
      axes: [{ ...axis, size: 24, gap: 3, space: 38, values: (_, at) => at.map((day, i) => (i < at.length - 1 ? `${day}` : `day ${day}`)) }, { ...y, size: 46, gap: 4 }],
      series: [{}, edge, edge, dashed, dashed, main, { ...main, stroke: second }],
      bands: [{ series: [2, 1], fill: faint(line, dark ? 0.24 : 0.16) }],
      hooks: { setCursor: [(u) => oncursor(u.cursor.idx ?? null)] },
    };
  }
}

/**
 * Return the ends of an axis: whole decades, or a little more than what is drawn.
 *
 * @param {Look} look @param {number | null} low @param {number | null} high
 * @returns {[number, number]}
 */
export function ranged(look, low, high) {
  const [least, most] = look.least ?? [Infinity, -Infinity];
  const from = Math.min(low ?? 0, least);
  const to = Math.max(high ?? 1, most);
  if (look.scale === 'log') {
    const bottom = Math.floor(Math.log10(Math.max(from, look.floor)) + 1e-9);
    const top = Math.ceil(Math.log10(Math.max(to, look.floor)) - 1e-9);
    return [10 ** bottom, 10 ** Math.max(top, bottom + 1)];
  }
  return to > from ? [from, to + 0.06 * (to - from)] : [from, from + 1];
}

/** @param {uPlot} _ @param {number} __ @param {number} low @param {number} high */
function decades(_, __, low, high) {
  const bottom = Math.round(Math.log10(low));
  const top = Math.round(Math.log10(high));
  const step = Math.max(1, Math.ceil((top - bottom) / 4));
  return Array.from({ length: Math.floor((top - bottom) / step) + 1 }, (_none, i) => 10 ** (bottom + i * step));
}
