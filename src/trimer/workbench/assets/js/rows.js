// @ts-check
/**
 * The rows of a case's timeline: what each shows and how it is drawn. A row makes marks, one a thing that can be
 * chosen; a mark knows its days, its words and how to draw itself at a height.
 */

import { days } from './calendar.js';
import { svg } from './dom.js';
import { unitText } from './numbers.js';

/** @typedef {import('./calendar.js').Axis} Axis */
/** @typedef {import('./case_document.js').CaseDocument} CaseDocument */
/** @typedef {import('./case_document.js').Item} Item */
/** @typedef {import('./case_document.js').Point} Point */
/** @typedef {import('./case_document.js').Series} Series */

/**
 * @typedef {object} Mark
 * @property {string} key  unique on the timeline
 * @property {string} event  the event it belongs to, or ''
 * @property {string} verdict  the visit it judges, or ''
 * @property {number} start
 * @property {number} end
 * @property {string} words  what a screen reader says
 * @property {(axis: Axis) => number} width  pixels it takes from `start` on, its words included
 * @property {(axis: Axis, top: number) => (SVGElement | null)[]} draw
 */

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {string} label
 * @property {string} note  said below the label
 * @property {number} step  pixels between marks that would collide; 0: nothing is moved
 * @property {number} least  pixels of height
 * @property {Mark[]} marks
 * @property {(axis: Axis, top: number, height: number) => (SVGElement | null)[]} back
 */

const LETTER = 6.6; // mean width of a letter at 12 px
const BOLD = 7.7;
const FLOW = new Set(['flow', 'cytogenetics', 'fish', 'molecular']);
const DAY0 = 'day ';

/**
 * Return the rows of a case, from top to bottom; those without marks are left out.
 *
 * @param {CaseDocument} found
 * @returns {Row[]}
 */
export function rows(found) {
  const items = new Map(found.lanes.map((lane) => [lane.id, lane.items]));
  const engager = engagerOf(found);
  const marrow = items.get('marrow') ?? [];
  const infused = new Set(found.doses.filter((d) => d.name === engager).map((d) => d.event));
  const series = new Map(found.readings.map((one) => [one.observable, one]));
  const rest = (items.get('drug') ?? []).filter((item) => !infused.has(item.id));
  const all = [
    strip('response', 'Response', found.response.label, found.verdicts.response),
    strip('crs', 'CRS', found.crs.label, found.verdicts.crs),
    events('regimen', 'Chemotherapy', items.get('regimen') ?? [], true),
    infusions(found, engager),
    events('drug', 'Other drugs', rest, true),
    episodes(found),
    readings('marrow', 'Marrow blasts', series.get('marrow_blast_percent'), 84),
    events('marrow-events', 'Marrow', marrow.filter((item) => !FLOW.has(item.kind))),
    events('flow', 'Flow, genetics', marrow.filter((item) => FLOW.has(item.kind))),
    ...['wbc', 'platelets', 'anc'].map((name) => readings(name, series.get(name)?.label ?? name, series.get(name), 46)),
    events('blood', 'Blood', items.get('blood') ?? []),
    events('toxicity', 'Toxicity', items.get('toxicity') ?? []),
    events('patient', 'Patient, other', items.get('patient') ?? []),
  ];
  return all.filter((row) => row.marks.length);
}

/** Return the drug that is infused at a rate, '' if none.
 * @param {CaseDocument} found
 */
export function engagerOf(found) {
  return found.doses.find((dose) => dose.infusion && dose.value !== null)?.name ?? '';
}

/** Return the event of an id, undefined if there is none.
 * @param {CaseDocument} found @param {string} id
 */
export function eventOf(found, id) {
  return found.lanes.flatMap((lane) => lane.items).find((one) => one.id === id);
}

/**
 * @param {string} id @param {string} label @param {string} note
 * @param {import('./case_document.js').Verdict[]} verdicts
 * @returns {Row}
 */
function strip(id, label, note, verdicts) {
  const marks = verdicts.map((one) => {
    const words = id === 'crs' ? one.grade_text && one.recorded ? `grade ${one.grade_text}` : 'none recorded' : short(one.category);
    const width = words.length * BOLD + 16;
    /** @type {Mark} */
    const mark = {
      key: `${id}:${one.visit}`, event: id === 'crs' ? '' : one.visit, verdict: one.visit, start: one.day, end: one.resolved_day ?? one.day,
      words: `${label}, ${one.headline}, ${DAY0}${days(one.day)}: ${one.label}`,
      width: () => width + 4,
      draw: (axis, top) => [
        svg('line', { class: 'stem', x1: axis.x(one.day), x2: axis.x(one.day), y1: top - 1, y2: top + 23 }),
        svg('rect', { class: `chip ${one.tone}`, x: axis.x(one.day), y: top + 1, width, height: 20, rx: 4 }),
        svg('text', { class: `chip-words ${one.tone}`, x: axis.x(one.day) + 8, y: top + 15 }, words),
        one.unverified || one.missing.length ? svg('circle', { class: 'doubt', cx: axis.x(one.day) + width, cy: top + 2, r: 3.5 }) : null,
      ],
    };
    return mark;
  });
  return { id, label, note, step: 25, least: 25, marks, back: () => [] };
}

/**
 * @param {string} id @param {string} label @param {Item[]} items @param {boolean} [named]
 * @returns {Row}
 */
function events(id, label, items, named = false) {
  const marks = items.map((item) => {
    const missing = item.values.length > 0 && item.values.every((value) => value.absence);
    const open = missing || (!item.values.length && item.given.length > 0 && item.given.every((one) => /no dose|not stated/.test(one.text)));
    const long = item.end_day - item.start_day >= 1;
    /** @param {Axis} axis */
    const words = (axis) => (named || axis.perDay > 6 ? cut(item.label, named ? 34 : 30) : '');
    /** @param {Axis} axis */
    const inside = (axis) => words(axis).length * LETTER + 8 < (Math.min(item.end_day, axis.to) - Math.max(item.start_day, axis.from)) * axis.perDay;
    /** @type {Mark} */
    const mark = {
      key: `${id}:${item.id}`, event: item.id, verdict: '', start: item.start_day, end: item.end_day,
      words: said(item),
      width: (axis) => (item.end_day - item.start_day) * axis.perDay + (inside(axis) ? 0 : words(axis).length * LETTER + 16),
      draw: (axis, top) => {
        const x = axis.x(item.start_day);
        const wide = Math.max((item.end_day - item.start_day) * axis.perDay, 3);
        return [
          ...span(axis, item.earliest_day, item.latest_day, top + (named ? 22 : 19)),
          long
            ? svg('rect', { class: `block${open ? ' open' : ''}`, x, y: top + 3, width: wide, height: 15, rx: 2 })
            : svg('circle', { class: `dot${open ? ' open' : ''}`, cx: x, cy: top + 10, r: 5.5 }),
          svg('text', { class: 'words', x: !long ? x + 10 : inside(axis) ? Math.max(x, axis.left) + 4 : x + wide + 4, y: top + 14.5 }, words(axis)),
        ];
      },
    };
    return mark;
  });
  return { id, label, note: '', step: named ? 27 : 24, least: named ? 27 : 24, marks, back: () => [] };
}

/**
 * Doses of the engager as steps as tall as their rate; what has no rate is hatched, and so is a hold.
 *
 * @param {CaseDocument} found @param {string} engager
 * @returns {Row}
 */
function infusions(found, engager) {
  const doses = found.doses.filter((dose) => dose.name === engager);
  const top = Math.max(...doses.map((dose) => dose.value ?? 0), 1);
  const marks = doses.map((dose, i) => {
    const tall = dose.value === null ? 30 : Math.max((dose.value / top) * 42, 4);
    const text = dose.value === null ? 'dose not written' : dose.text;
    /** @type {Mark} */
    const mark = {
      key: `engager:${dose.event}:${i}`, event: dose.event, verdict: '', start: dose.start_day, end: dose.end_day,
      words: `${capital(engager)}, ${text}, ${DAY0}${days(dose.start_day)} to ${days(dose.end_day)}`,
      width: () => 0,
      draw: (axis, at) => {
        const x = axis.x(dose.start_day);
        const wide = Math.max((dose.end_day - dose.start_day) * axis.perDay, 3);
        const label = wide > text.length * LETTER ? text : dose.value === null ? '?' : '';
        return [
          ...span(axis, dose.earliest_day, dose.latest_day, at + 64),
          svg('rect', { class: `step${dose.value === null ? ' unwritten' : ''}`, x, y: at + 60 - tall, width: wide, height: tall }),
          svg('text', { class: 'step-words', x: x + 2, y: at + 56 - tall }, label),
        ];
      },
    };
    return mark;
  });
  const holds = found.episodes.filter((one) => one.kind === 'hold' && one.name === engager);
  return {
    id: 'engager', label: capital(engager), note: unitText(doses.find((d) => d.value !== null)?.unit ?? ''), step: 0, least: 72, marks,
    back: (axis, at) => holds.map((one) =>
      svg('rect', { class: 'held', x: axis.x(one.start_day), y: at + 18, width: Math.max((one.end_day - one.start_day) * axis.perDay, 2), height: 42 })),
  };
}

/** Rescue, holds and toxicities as bars.
 * @param {CaseDocument} found
 * @returns {Row}
 */
function episodes(found) {
  const shown = found.episodes.filter((one) => ['rescue', 'hold', 'stop', 'toxicity', 'procedure'].includes(one.kind));
  const marks = shown.map((one, i) => {
    const words = one.kind === 'hold' || one.kind === 'stop' ? `${one.name} ${one.kind === 'hold' ? 'held' : 'stopped'}` : one.name;
    /** @param {Axis} axis */
    const label = (axis) => (axis.perDay > 4 ? cut(words, 28) : '');
    /** @type {Mark} */
    const mark = {
      key: `episode:${one.event}:${i}`, event: one.event, verdict: '', start: one.start_day, end: one.end_day,
      words: `${capital(one.kind)}: ${words}, ${DAY0}${days(one.start_day)}${one.end_day > one.start_day ? ` to ${days(one.end_day)}` : ''}${one.detail ? `, ${one.detail}` : ''}`,
      width: (axis) => Math.max((one.end_day - one.start_day) * axis.perDay, 9) + label(axis).length * LETTER + 8,
      draw: (axis, top) => {
        const x = axis.x(one.start_day);
        const wide = Math.max((one.end_day - one.start_day) * axis.perDay, 7);
        return [
          svg('rect', { class: `bar ${one.kind}`, x, y: top + 2, width: wide, height: 9, rx: 2 }),
          svg('text', { class: 'words', x: x + wide + 4, y: top + 11 }, label(axis)),
        ];
      },
    };
    return mark;
  });
  return { id: 'episodes', label: 'Rescue, toxicity', note: 'holds, procedures', step: 16, least: 18, marks, back: () => [] };
}

/**
 * Numbers over time: a value as a point, an interval as a bar, a bound as a bar that ends in an arrow.
 *
 * @param {string} id @param {string} label @param {Series | undefined} series @param {number} tall
 * @returns {Row}
 */
function readings(id, label, series, tall) {
  const points = series?.points ?? [];
  const bounds = points.flatMap((p) => [p.low ?? 0, p.high ?? 0]).filter((v) => v > 0);
  const low = series?.log ? Math.max(series.floor, Math.min(...bounds, Infinity) / 2) : 0;
  const high = id === 'marrow' ? 100 : Math.max(...bounds, low + 1) * (series?.log ? 1.6 : 1.1);
  /** @param {number} value @param {number} top */
  const y = (value, top) => {
    const share = series?.log ? Math.log(Math.max(value, low) / low) / Math.log(high / low) : (value - low) / (high - low);
    return top + tall - 14 - share * (tall - 26);
  };
  /** @param {Point} point @param {number} top */
  const level = (point, top) => (point.comparator === 'to' ? (y(point.low ?? low, top) + y(point.high ?? low, top)) / 2 : y(point.low ?? point.high ?? low, top));
  const marks = points.map((point, i) => {
    /** @type {Mark} */
    const mark = {
      key: `${id}:${point.event}:${i}`, event: point.event, verdict: '', start: point.day, end: point.day,
      words: `${label} ${point.text}, ${DAY0}${days(point.day)}${point.inferred ? ', read out of words' : ''}`,
      width: () => 0,
      draw: (axis, top) => [
        ...span(axis, point.earliest_day, point.latest_day, y(point.high ?? point.low ?? low, top)),
        ...reading(point, axis.x(point.day), (value) => y(value, top)),
        worded(points, point, axis, (one) => level(one, top), series?.unit ?? ''),
      ],
    };
    return mark;
  });
  const guides = id === 'marrow' ? [5, 100] : [];
  return {
    id, label, note: series?.unit ?? '', step: 0, least: tall, marks,
    back: (axis, top) => [
      ...guides.flatMap((value) => [
        svg('line', { class: 'guide', x1: axis.left, x2: axis.right, y1: y(value, top), y2: y(value, top) }),
        svg('text', { class: 'guide-words', x: axis.right - 4, y: y(value, top) - 3, 'text-anchor': 'end' }, `${value} %`),
      ]),
      svg('line', { class: 'guide', x1: axis.left, x2: axis.right, y1: top + tall - 2, y2: top + tall - 2 }),
    ],
  };
}

/**
 * @param {Point} point @param {number} x @param {(value: number) => number} y
 * @returns {SVGElement[]}
 */
function reading(point, x, y) {
  const faint = point.inferred ? ' inferred' : '';
  const at = y(point.low ?? point.high ?? 0);
  if (point.comparator === '=') return [svg('circle', { class: `value${faint}`, cx: x, cy: at, r: 4.5 })];
  if (point.comparator !== 'to') {
    const tip = point.comparator.startsWith('<') ? 12 : -12; // an arrow of fixed length: how far it goes is not known
    const arrow = `M${x - 5} ${at}h10M${x} ${at}v${tip}M${x - 4} ${at + tip * 0.55}L${x} ${at + tip}L${x + 4} ${at + tip * 0.55}`;
    return [svg('path', { class: `range${faint}`, d: arrow })];
  }
  const top = y(point.high ?? 0);
  const bar = svg('path', { class: 'range', d: `M${x - 5} ${at}h10M${x - 5} ${top}h10M${x} ${at}V${top}` });
  return point.inferred ? [bar, svg('circle', { class: 'value inferred', cx: x, cy: (at + top) / 2, r: 3.5 })] : [bar];
}

/**
 * A value in words, on the side where no other value is; where there is room on neither, only for who points at it.
 *
 * @param {Point[]} points @param {Point} point @param {Axis} axis @param {(point: Point) => number} level @param {string} unit
 */
function worded(points, point, axis, level, unit) {
  const text = point.text.replace(unit, '').trim();
  const wide = text.length * LETTER + 10;
  const x = axis.x(point.day);
  const at = level(point);
  /** @param {number} from @param {number} to */
  const taken = (from, to) => points.some((one) => one !== point && Math.abs(level(one) - at) < 14 && axis.x(one.day) > from && axis.x(one.day) < to);
  const right = !taken(x - 1, x + wide + 8) && x + wide < axis.right;
  const left = !right && !taken(x - wide - 40, x) && x - wide > axis.left;
  const attributes = { class: right || left ? 'words' : 'words crowded', x: left ? x - 8 : x + 8, y: at + 4, 'text-anchor': left ? 'end' : 'start' };
  return svg('text', attributes, text);
}

/** The window of a date that is not known to the day.
 * @param {Axis} axis @param {number | null} earliest @param {number | null} latest @param {number} y
 * @returns {SVGElement[]}
 */
function span(axis, earliest, latest, y) {
  if (earliest === null && latest === null) return [];
  const from = axis.x(earliest ?? axis.from);
  const to = axis.x(latest ?? axis.to);
  if (to - from < 1) return [];
  const ends = `M${from} ${y - 3}v6M${to} ${y - 3}v6M${from} ${y}H${to}`;
  return [svg('path', { class: 'window', d: ends })];
}

/** @param {Item} item */
function said(item) {
  const when = item.earliest_day !== item.latest_day ? `, dated ${item.precision}` : '';
  const ends = item.conclusion ? `; concluded: ${item.conclusion}` : '';
  return `${item.number}. ${item.label}, ${DAY0}${days(item.start_day)}, ${item.date}${when}${ends}`;
}

/** @param {string} category */
function short(category) {
  const table = /** @type {Record<string, string>} */ ({ 'progressive disease': 'PD', 'complete remission': 'CR', 'not assessable': 'n/a' });
  const words = category.split(' (')[0].split(',')[0];
  return table[words.toLowerCase()] ?? cut(words, 16);
}

/** @param {string} words @param {number} most */
export function cut(words, most) {
  return words.length > most ? `${words.slice(0, most - 1).trimEnd()}…` : words;
}

/** @param {string} words */
export function capital(words) {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
