// @ts-check
/** What a plan comes to: at once from the course, and a moment later judged by the published criteria. */

import { fill, h } from './dom.js';
import { percent, short, unitText } from './numbers.js';

/** @typedef {import('./api.js').Course} Course */
/** @typedef {import('./api.js').Outcome} Outcome */
/** @typedef {import('./api.js').Outcomes} Outcomes */
/** @typedef {import('./api.js').Range} Range */

const SHOWN = /** @type {Record<string, [string, string]>} */ ({
  higher: ['↑', 'higher'],
  lower: ['↓', 'lower'],
  'not shown to differ': ['', 'not shown to differ'],
});

export class Verdicts {
  constructor() {
    this.outside = h('div', { class: 'outside', role: 'note', hidden: true });
    this.cards = h('dl', { class: 'cards' });
    this.head = h('h2', { id: 'outcomes-title' }, 'Outcomes');
    this.busy = h('span', { class: 'tag busy', hidden: true }, 'judging …');
    this.under = h('p', { class: 'dim' });
    this.table = h('div', { class: 'scroll' });
    this.judged = h('section', { class: 'card outcomes', 'aria-labelledby': 'outcomes-title' }, h('div', { class: 'outcomes-head' }, this.head, this.busy), this.under, this.table);
    /** @type {Outcomes | null} */
    this.outcomes = null;
    this.said = '';
  }

  /** @param {Course} course @param {Course | null} pinned  null when it is the same plan */
  course(course, pinned) {
    this.#outside(course.outside);
    const share = (/** @type {(one: Course) => number} */ of) => ({ text: percent(of(course)), other: pinned ? percent(of(pinned)) : '' });
    const range = (/** @type {(one: Course) => Range} */ of, /** @type {string} */ unit) => ({ text: `${short(of(course).mid)} ${unit}`, note: `${short(of(course).low)} to ${short(of(course).high)}`, other: pinned ? `${short(of(pinned).mid)} ${unit}` : '' });
    const rows = [
      { label: 'CRS, any grade', ...share((one) => graded(one, 1)) },
      { label: 'CRS, grade 3 or higher', ...share((one) => graded(one, 3)), tone: 'bad' },
      { label: 'Held at least once', ...share((one) => one.held) },
      { label: 'Stopped for good', ...share((one) => one.stopped) },
      { label: 'Engager given', ...range((one) => one.drug_ug, 'µg') },
      { label: 'Days of infusion', ...range((one) => one.infusion_days, 'd') },
    ];
    fill(this.cards, ...rows.map(card));
    this.cards.setAttribute('aria-label', `By day ${short(course.days)}, by ${course.crs.label}`);
  }

  /** @param {Outcomes} outcomes */
  judge(outcomes) {
    this.outcomes = outcomes;
    this.#outside(outcomes.outside);
    const compared = outcomes.outcomes.some((one) => one.difference);
    fill(this.head, `Outcomes by day ${short(outcomes.days)}`);
    fill(this.under, compared ? 'Estimates with 90 % intervals; differences are paired, plan less pinned plan on the same subjects.' : 'Estimates with 90 % intervals. Change the plan, and differences to the pinned one appear.');
    const heads = ['Outcome', 'This plan', ...(compared ? ['Difference to pinned'] : [])];
    const rows = outcomes.outcomes.map((one) => outcome(one, compared));
    fill(this.table, h('table', null, h('thead', null, h('tr', null, ...heads.map((head) => h('th', { scope: 'col' }, head)))), h('tbody', null, ...rows)));
  }

  /** @param {boolean} waiting */
  wait(waiting) {
    this.busy.hidden = !waiting;
    this.judged.setAttribute('aria-busy', String(waiting));
  }

  /** Say first where the question leaves what was calibrated. @param {string[]} sentences */
  #outside(sentences) {
    const said = sentences.join('\n');
    if (said === this.said) return;
    this.said = said;
    this.outside.hidden = !sentences.length;
    fill(this.outside, h('strong', null, 'Outside of what was calibrated'), h('ul', null, ...sentences.map((one) => h('li', null, one))));
  }
}

/** @param {{label: string, text: string, note?: string, other: string, tone?: string}} row */
function card({ label, text, note, other, tone }) {
  return h('div', { class: tone ?? '' }, h('dt', null, label), h('dd', null, text, note ? h('small', null, note) : null, other ? h('small', { class: 'pinned' }, `pinned ${other}`) : null));
}

/** @param {Outcome} one @param {boolean} compared */
function outcome(one, compared) {
  const unit = unitText(one.unit);
  const { difference } = one;
  const [sign, words] = difference ? (SHOWN[difference.shown] ?? ['', difference.shown]) : ['', ''];
  const good = one.better && (difference?.shown === 'higher' || difference?.shown === 'lower') ? (difference.shown === one.better ? 'good' : 'bad') : '';
  const tag = difference ? h('span', { class: `tag ${good}` }, sign ? `${sign} ${words}` : words) : null;
  return h('tr', null, h('th', { scope: 'row' }, one.label), h('td', { title: unit }, one.text), compared ? h('td', null, difference ? [difference.text, ' ', tag] : '–') : null);
}

/** @param {Course} course @param {number} least */
function graded(course, least) {
  return course.crs.grades.filter((one) => one.grade >= least).reduce((sum, one) => sum + one.share, 0);
}
