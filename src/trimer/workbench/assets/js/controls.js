// @ts-check
/** The numbers of a draft that can be changed, each once: its handle, its slider and its field all use the same. */

import { cyclesOf, withBlock, withRate } from './plan.js';

/** @typedef {import('./plan.js').Draft} Draft */

/**
 * @typedef {object} Control
 * @property {string} key
 * @property {string} label
 * @property {string} unit
 * @property {number} min
 * @property {number} max
 * @property {number} step
 * @property {number} page  of PageUp and PageDown
 * @property {(draft: Draft) => number} get
 * @property {(draft: Draft, value: number) => Draft} set
 */

const HIGHEST = 84; // ug/day, three times the label's
const LONGEST = 84; // day
const GAP = 0.5; // ug/day between neighbours

/**
 * @param {Draft} draft
 * @returns {Control[]}
 */
export function controls(draft) {
  return [...draft.rates.map((_, i) => rate(draft, i)), ...step(draft), ...draft.blocks.flatMap((_, i) => block(draft, i)), ...before(draft)];
}

/** @param {Draft} draft @param {number} i @returns {Control} */
function rate(draft, i) {
  const below = draft.rates[i - 1];
  const above = draft.rates[i + 1];
  const label = draft.rates.length === 1 ? 'Rate' : `Rate ${i + 1}`;
  const min = below === undefined ? GAP : below + GAP;
  const max = above === undefined ? Math.max(HIGHEST, draft.rates[i]) : above - GAP;
  return { key: `rate-${i}`, label, unit: 'µg/day', min, max, step: 0.5, page: 5, get: (d) => d.rates[i], set: (d, x) => withRate(d, i, x) };
}

/** @param {Draft} draft @returns {Control[]} */
function step(draft) {
  if (draft.rates.length < 2) return [];
  const most = Math.floor((Math.max(...draft.blocks.map((one) => one.infusion)) - 0.5) / (draft.rates.length - 1 - Math.min(...draft.blocks.map((one) => one.first)) || 1));
  return [{ key: 'step', label: draft.rates.length > 2 ? 'A step every' : 'Step after', unit: 'days', min: 1, max: Math.max(1, most), step: 1, page: 7, get: (d) => d.stepAfter, set: (d, x) => ({ ...d, stepAfter: x }) }];
}

/** @param {Draft} draft @param {number} i @returns {Control[]} */
function block(draft, i) {
  const days = { unit: 'days', step: 1, page: 7 };
  const max = (/** @type {number} */ x) => Math.max(LONGEST, x);
  const { infusion, rest } = draft.blocks[i];
  const least = draft.premedicated && draft.base.premedication?.moments.includes('cycle') && cyclesOf(draft) > 1 ? 1 : 0; // in which it is given
  return [
    { key: `infusion-${i}`, label: 'Infusion', ...days, min: 1, max: max(infusion), get: (d) => d.blocks[i].infusion, set: (d, x) => withBlock(d, i, { infusion: x }) },
    { key: `rest-${i}`, label: 'Rest', ...days, min: least, max: max(rest), get: (d) => d.blocks[i].rest, set: (d, x) => withBlock(d, i, { rest: x }) },
  ];
}

/** @param {Draft} draft @returns {Control[]} */
function before(draft) {
  if (!draft.base.premedication?.moments) return [];
  return [{ key: 'premedication', label: 'Amount', unit: 'mg', min: 1, max: 80, step: 1, page: 4, get: (d) => d.premedication, set: (d, x) => ({ ...d, premedication: x }) }];
}

/** Return a value on the control's grid, between its ends. @param {Control} control @param {number} value */
export function fitted(control, value) {
  const snapped = Math.round(value / control.step) * control.step;
  return Math.min(control.max, Math.max(control.min, snapped));
}

/** Return the value that a key leads to, or null. @param {Control} control @param {number} value @param {string} key */
export function keyed(control, value, key) {
  /** @type {Record<string, number>} */
  const shift = { ArrowUp: control.step, ArrowRight: control.step, ArrowDown: -control.step, ArrowLeft: -control.step, PageUp: control.page, PageDown: -control.page };
  if (key in shift) return fitted(control, value + shift[key]);
  if (key === 'Home') return control.min;
  return key === 'End' ? control.max : null;
}

/**
 * Return the key of the control that a fault of the server is about, 'scale', 'rules', or ''.
 * @param {string} where
 */
export function faulty(where) {
  const rate = /rates\[(\d+)\]/.exec(where);
  if (rate) return `rate-${rate[1]}`;
  const cycle = /cycles\[(\d+)\](?:\.(\w+))?/.exec(where);
  if (cycle) return `${cycle[2] === 'rest' ? 'rest' : 'infusion'}-${cycle[1]}`;
  if (/step_after/.test(where)) return 'step';
  if (/premedication/.test(where)) return 'premedication';
  if (/rule/.test(where)) return 'rules';
  return /scale|grade/.test(where) ? 'scale' : '';
}
