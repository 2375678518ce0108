// @ts-check
/** A published value and a predicted one, each with its interval, as dots and bars over one small axis. */

import { h, svg } from './dom.js';

const WIDE = 190;
const TALL = 34;
const EDGE = 6;

/** @typedef {{value: number | null, low: number | null, high: number | null, other?: boolean}} Interval  other: quartiles or a range, no 95 % interval */

/**
 * Return the drawing; what it says stands in words beside it, so that it is left out for screen readers.
 *
 * @param {Interval} published
 * @param {Interval} predicted
 * @param {string} unit  `%` or empty with values of at most 1 is drawn from 0 to all
 */
export function dots(published, predicted, unit) {
  const values = [published, predicted].flatMap((one) => [one.value, one.low, one.high]).filter((x) => x !== null && Number.isFinite(x));
  if (!values.length) return null;
  const [low, high] = limits(/** @type {number[]} */ (values), unit);
  /** @param {number} value */
  const x = (value) => EDGE + ((value - low) / (high - low)) * (WIDE - 2 * EDGE);
  /** @param {Interval} one @param {number} y @param {string} kind */
  const row = (one, y, kind) => [
    one.low !== null || one.high !== null ? svg('line', { class: `dots-bar ${kind}${one.other ? ' other' : ''}`, x1: x(one.low ?? low), x2: x(one.high ?? high), y1: y, y2: y }) : null,
    one.value !== null ? (kind === 'published'
      ? svg('rect', { class: `dots-dot ${kind}`, x: x(one.value) - 4, y: y - 4, width: 8, height: 8 })
      : svg('circle', { class: `dots-dot ${kind}`, cx: x(one.value), cy: y, r: 4.5 })) : null,
  ];
  return h('div', { class: 'dots', 'aria-hidden': 'true' },
    svg('svg', { width: WIDE, height: TALL, viewBox: `0 0 ${WIDE} ${TALL}` },
      svg('line', { class: 'dots-axis', x1: EDGE, x2: WIDE - EDGE, y1: TALL - 2, y2: TALL - 2 }),
      ...row(published, 9, 'published'), ...row(predicted, 23, 'predicted')));
}

/** @param {number[]} values @param {string} unit @returns {[number, number]} */
function limits(values, unit) {
  const most = Math.max(...values);
  const least = Math.min(...values);
  if (unit === '%' && least >= 0 && most <= 100) return [0, 100];
  if (unit === '' && least >= 0 && most <= 1) return [0, 1];
  const room = (most - least || Math.abs(most) || 1) * 0.08;
  return [least >= 0 ? 0 : least - room, most + room];
}
