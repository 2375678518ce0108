// @ts-check
/** Days of a record as dates and as places on a time axis. */

const DAY = 86_400_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A linear time axis: days from `from` to `to` over pixels from `left` to `right`. */
export class Axis {
  /** @param {number} from @param {number} to @param {number} left @param {number} right */
  constructor(from, to, left, right) {
    this.from = from;
    this.to = to;
    this.left = left;
    this.right = right;
    this.perDay = (right - left) / (to - from);
  }

  /** @param {number} day */
  x(day) {
    return this.left + (day - this.from) * this.perDay;
  }

  /** @param {number} x */
  day(x) {
    return this.from + (x - this.left) / this.perDay;
  }

  /** Whether any of a stretch of days is in view.
   * @param {number} start @param {number} [end]
   */
  shows(start, end = start) {
    return end >= this.from && start <= this.to;
  }
}

/**
 * Return the date of a day as `2015-02-10`.
 *
 * @param {string} origin  date of day 0
 * @param {number} day
 */
export function dated(origin, day) {
  return new Date(Date.parse(`${origin}T00:00:00Z`) + Math.floor(day) * DAY).toISOString().slice(0, 10);
}

/**
 * Return where an axis is marked: firsts of months or of years, Mondays or days, whichever leaves room for words.
 *
 * @param {string} origin
 * @param {Axis} axis
 * @returns {{day: number, label: string, strong: boolean}[]}
 */
export function ticks(origin, axis) {
  const start = Date.parse(`${origin}T00:00:00Z`);
  const room = 62 / axis.perDay; // days that a label takes
  if (room < 20) return ofDays(start, axis, [1, 2, 7, 14, 28].find((step) => step >= room) ?? 28);
  return ofMonths(start, axis, [1, 2, 3, 6, 12].find((step) => step * 30 >= room) ?? 24);
}

/** @param {number} start @param {Axis} axis @param {number} step */
function ofDays(start, axis, step) {
  const found = [];
  for (let day = Math.ceil(axis.from / step) * step; day <= axis.to; day += step) {
    const date = new Date(start + day * DAY);
    const label = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
    found.push({ day, label, strong: date.getUTCDate() <= step });
  }
  return found;
}

/** @param {number} start @param {Axis} axis @param {number} step */
function ofMonths(start, axis, step) {
  const found = [];
  const first = new Date(start + axis.from * DAY);
  const month = first.getUTCFullYear() * 12 + first.getUTCMonth();
  for (let at = Math.ceil(month / step) * step; ; at += step) {
    const day = (Date.UTC(Math.floor(at / 12), at % 12, 1) - start) / DAY;
    if (day > axis.to) return found;
    const january = at % 12 === 0;
    const label = january || step >= 12 ? String(Math.floor(at / 12)) : MONTHS[at % 12];
    if (day >= axis.from) found.push({ day, label: found.length || january ? label : `${MONTHS[at % 12]} ${Math.floor(at / 12)}`, strong: january });
  }
}

/** Say a number of days, without needless decimals.
 * @param {number} day
 */
export function days(day) {
  return String(Math.round(day * 100) / 100).replace('-', '−');
}
