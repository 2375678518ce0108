// @ts-check
/** What a plan comes to: at once from the course, and a moment later judged by the published criteria. */

import { fill, h } from './dom.js';
import { keyOf } from './live.js';
import { percent, short, unitText } from './numbers.js';

/** @typedef {import('./api.js').Course} Course */
/** @typedef {import('./api.js').Outcome} Outcome */
/** @typedef {import('./api.js').Outcomes} Outcomes */
/** @typedef {import('./api.js').Range} Range */
/** @typedef {import('./live.js').Question} Question */

const METHOD = /** @type {Record<string, string>} */ ({
  posterior: 'Shares are of draws of this one patient, with exact 90 % limits; the rest are medians with 5 to 95 % of the draws.',
  population: 'Shares are of virtual patients, with exact 90 % limits; the rest are their means with 90 % intervals.',
});
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
    this.under = h('p', { class: 'dim cards-note' });
    this.how = h('p', { class: 'dim' });
    this.fault = h('p', { class: 'fault general', role: 'alert', hidden: true });
    this.table = h('div', { class: 'scroll' });
    this.judged = h('section', { class: 'card outcomes', 'aria-labelledby': 'outcomes-title' }, h('div', { class: 'outcomes-head' }, this.head, this.busy), this.fault, this.how, this.table);
    /** @type {{outcomes: Outcomes, key: string} | null} */
    this.answer = null;
    this.said = '';
  }

  /**
   * @param {Course} course @param {Course | null} pinned  null when it is the same plan
   * @param {string} whom  of whom shares and ranges are
   */
  course(course, pinned, whom) {
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
    const under = `By day ${short(course.days)}; shares, medians and 5 to 95 % of ${course.draws - course.failed} ${whom}; CRS graded by ${course.crs.label.replace(/^CRS, /, '')}.`;
    if (this.under.textContent !== under) this.under.textContent = under;
    this.cards.setAttribute('aria-label', under);
  }

  /** @param {Outcomes} outcomes @param {Question} question @param {import('./api.js').Library['criteria']} criteria */
  judge(outcomes, question, criteria) {
    this.answer = { outcomes, key: keyOf(question.state, question.plan) };
    this.#outside(outcomes.outside);
    this.fault.hidden = true;
    this.stale(false);
    const compared = outcomes.outcomes.some((one) => one.difference);
    const label = (/** @type {'response' | 'crs'} */ subject) => criteria[subject].find((one) => one.name === outcomes[subject])?.label ?? outcomes[subject];
    fill(this.head, `Outcomes by day ${short(outcomes.days)}`);
    fill(
      this.how,
      `Judged by ${label('response')} and ${label('crs')}. ${METHOD[outcomes.origin] ?? METHOD.population} `,
      compared ? 'Differences are paired: this plan less the pinned one, in the same subjects.' : 'Change the plan, and differences to the pinned one appear.',
    );
    const heads = ['Outcome', 'This plan', ...(compared ? ['Difference to pinned'] : [])];
    const rows = outcomes.outcomes.map((one) => outcome(one, compared));
    fill(this.table, h('table', null, h('thead', null, h('tr', null, ...heads.map((head) => h('th', { scope: 'col' }, head)))), h('tbody', null, ...rows)));
  }

  /** Return the outcomes of this question, null where they are not judged yet. @param {Question} question */
  of({ state, plan }) {
    return this.answer?.key === keyOf(state, plan) ? this.answer.outcomes : null;
  }

  /** Say that the plan could not be judged. @param {string} why */
  failed(why) {
    this.fault.hidden = false;
    this.fault.textContent = `Not judged: ${why}`;
    this.stale(this.answer !== null);
  }

  /** Say whether the outcomes shown are of another plan than the one that was asked. @param {boolean} old */
  stale(old) {
    this.judged.classList.toggle('stale', old);
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
  return h('tr', null, h('th', { scope: 'row' }, one.label, one.note ? h('small', null, one.note) : null), h('td', { title: unit }, one.text), compared ? h('td', null, difference ? [difference.text, ' ', tag] : '–') : null);
}

/** @param {Course} course @param {number} least */
function graded(course, least) {
  return course.crs.grades.filter((one) => one.grade >= least).reduce((sum, one) => sum + one.share, 0);
}
