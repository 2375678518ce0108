// @ts-check
/** The panels as one figure to keep: SVG, or PNG made of it, always light, with who, what, notice, version and link. */

import { svg } from './dom.js';
import { decade, short, unitText } from './numbers.js';
import { colour } from './palette.js';
import { ranged } from './plots.js';

/** @typedef {import('./panels.js').Panel} Panel */
/** @typedef {{title: string, under: string[], foot: string[]}} Words */
/** @typedef {{x: (day: number) => number, y: (value: number) => number, floor: number}} Axes */

const WIDTH = 1080;
const COLUMNS = 3;
const CELL = { width: 340, height: 210, left: 46, right: 12, top: 40, bottom: 34 };
const FONT = 'Helvetica, Arial, "Liberation Sans", sans-serif';

/**
 * Return the figure as the text of an SVG file.
 *
 * @param {Panel[]} panels
 * @param {number[]} times
 * @param {Words} words
 */
export function figureSvg(panels, times, words) {
  const under = words.under.flatMap((said) => wrapped(said, 155));
  const foot = words.foot.flatMap((said) => wrapped(said, 165));
  const title = wrapped(words.title, 105);
  const rows = Math.ceil(panels.length / COLUMNS);
  const head = 20 + 24 * title.length + 18 * under.length;
  const height = head + rows * CELL.height + 16 * foot.length + 20;
  const text = (/** @type {number} */ y, /** @type {number} */ size, /** @type {string} */ said, /** @type {string} */ weight = 'normal') => svg('text', { x: 20, y, 'font-size': size, 'font-weight': weight, fill: colour(size > 12 ? 'ink' : 'soft', false) }, said);
  const root = svg(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}`, 'font-family': FONT },
    svg('title', null, words.title),
    svg('desc', null, [...words.under, ...words.foot].join(' ')),
    svg('rect', { width: WIDTH, height, fill: '#ffffff' }),
    ...title.map((said, i) => text(32 + 24 * i, 19, said, 'bold')),
    ...under.map((said, i) => text(30 + 24 * title.length + 18 * i, 13, said)),
    ...panels.map((panel, i) => svg('g', { transform: `translate(${20 + (i % COLUMNS) * (CELL.width + 8)},${head + Math.floor(i / COLUMNS) * CELL.height})` }, ...drawn(panel, times))),
    ...foot.map((said, i) => text(head + rows * CELL.height + 16 + 16 * i, 11, said)),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(root)}\n`;
}

/**
 * Return a figure as a PNG of twice its size.
 *
 * @param {string} text  of the SVG
 * @returns {Promise<Blob>}
 */
export async function png(text) {
  const address = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = 2 * image.naturalWidth;
    canvas.height = 2 * image.naturalHeight;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('The figure could not be drawn as PNG.'))), 'image/png'));
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** @param {Panel} panel @param {number[]} times */
function drawn(panel, times) {
  const { look, lines } = panel;
  const kept = [lines.low, lines.mid, lines.high, lines.pinned, lines.second, lines.pinnedSecond].filter((row) => !!row).flat();
  const floor = look.scale === 'log' ? look.floor : -Infinity;
  const [low, high] = ranged(look, Math.max(floor, Math.min(...kept)), Math.max(floor, Math.max(...kept)));
  const of = look.scale === 'log' ? Math.log10 : (/** @type {number} */ x) => x;
  const inner = { width: CELL.width - CELL.left - CELL.right, height: CELL.height - CELL.top - CELL.bottom };
  const last = times[times.length - 1];
  /** @type {Axes} */
  const axes = {
    x: (day) => CELL.left + (day / last) * inner.width,
    y: (value) => CELL.top + inner.height * (1 - (of(Math.max(value, floor)) - of(low)) / (of(high) - of(low))),
    floor,
  };
  const main = colour(look.meaning, false);
  const path = (/** @type {number[] | null | undefined} */ row, /** @type {string} */ stroke, /** @type {Record<string, unknown>} */ more = {}) => (row ? svg('path', { d: line(times, row, axes, look.stepped), fill: 'none', stroke, 'stroke-width': 1.8, 'stroke-linejoin': 'round', ...more }) : null);
  const dashed = { 'stroke-dasharray': '5 4', 'stroke-width': 1.3 };
  const unit = unitText(panel.unit);
  return [
    svg('text', { x: CELL.left, y: 24, 'font-size': 13, 'font-weight': 'bold', fill: main }, panel.label, unit ? svg('tspan', { 'font-weight': 'normal', fill: colour('soft', false) }, `  ${unit}`) : null),
    ...grid(axes, look.scale, [low, high], last),
    lines.low && lines.high ? svg('path', { d: band(times, lines.low, lines.high, axes, look.stepped), fill: main, 'fill-opacity': 0.16 }) : null,
    path(lines.pinned, colour('pinned', false), dashed),
    path(lines.pinnedSecond, colour('pinned', false), dashed),
    path(lines.mid, main),
    path(lines.second, colour(look.second ?? 'ink', false)),
  ];
}

/** @param {Axes} axes @param {string} scale @param {[number, number]} ends @param {number} last */
function grid(axes, scale, [low, high], last) {
  const soft = { 'font-size': 11, fill: colour('soft', false) };
  const decades = Math.round(Math.log10(high / low));
  const step = Math.max(1, Math.ceil(decades / 4));
  const values = scale === 'log' ? Array.from({ length: Math.floor(decades / step) + 1 }, (_, i) => low * 10 ** (i * step)) : round(low, high);
  const text = scale === 'log' ? decade : short;
  const days = round(0, last);
  const y = axes.y(low);
  return [
    ...values.map((value) => svg('line', { x1: axes.x(0), x2: axes.x(last), y1: axes.y(value), y2: axes.y(value), stroke: colour('grid', false) })),
    ...values.map((value) => svg('text', { x: CELL.left - 6, y: axes.y(value) + 4, 'text-anchor': 'end', ...soft }, text(value))),
    ...days.map((day) => svg('text', { x: axes.x(day), y: y + 16, 'text-anchor': 'middle', ...soft }, day === days.at(-1) ? `day ${day}` : day)),
  ];
}

/** Return three to six round numbers between two ends. @param {number} low @param {number} high */
function round(low, high) {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((one) => one * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(6)));
}

/** Return a text in lines of at most so many letters; what has no spaces is cut. @param {string} text @param {number} most */
function wrapped(text, most) {
  const lines = [''];
  for (const word of text.split(' ').flatMap((one) => one.match(new RegExp(`.{1,${most}}`, 'g')) ?? [])) {
    const longer = [lines[lines.length - 1], word].filter(Boolean).join(' ');
    if (longer.length <= most) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** @param {number[]} times @param {number[]} row @param {Axes} axes @param {boolean} [stepped] */
function points(times, row, axes, stepped) {
  return times.flatMap((day, i) => {
    const at = `${axes.x(day).toFixed(1)},${axes.y(row[i]).toFixed(1)}`;
    return stepped && i > 0 ? [`${axes.x(day).toFixed(1)},${axes.y(row[i - 1]).toFixed(1)}`, at] : [at];
  });
}

/** @param {number[]} times @param {number[]} row @param {Axes} axes @param {boolean} [stepped] */
function line(times, row, axes, stepped) {
  return `M${points(times, row, axes, stepped).join('L')}`;
}

/** @param {number[]} times @param {number[]} low @param {number[]} high @param {Axes} axes @param {boolean} [stepped] */
function band(times, low, high, axes, stepped) {
  return `M${[...points(times, high, axes, stepped), ...points(times, low, axes, stepped).reverse()].join('L')}Z`;
}
