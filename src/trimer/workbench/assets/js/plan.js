// @ts-check
/**
 * A protocol as the editor holds it: numbers instead of texts with units, absolute instead of what differs. A draft is
 * never changed; every change makes a new one.
 */

import { same } from './state.js';

/** @typedef {import('./api.js').Library} Library */
/** @typedef {import('./api.js').ProtocolEntry} ProtocolEntry */
/** @typedef {import('./state.js').InlinePlan} InlinePlan */
/** @typedef {import('./state.js').Plan} Plan */
/** @typedef {{count: number, first: number, infusion: number, rest: number, label: string}} Block  `first` is the place of a rate */

/**
 * @typedef {object} Draft
 * @property {ProtocolEntry} base
 * @property {readonly number[]} rates  ug/day, from the lowest on
 * @property {number} stepAfter  day
 * @property {readonly Block[]} blocks
 * @property {boolean} premedicated
 * @property {number} premedication  mg
 * @property {string} scale
 * @property {readonly string[]} without  names of rules that are off
 */

export const MOST_CYCLES = 20;
export const MOST_RATES = 6;
const FARTHEST = 3650; // day
const FAMILY = /^(.*_label)_[a-z0-9_]+$/;

/** Return the number at the beginning of a text such as "9 ug/day". @param {string | number} text */
export function amount(text) {
  return typeof text === 'number' ? text : Number.parseFloat(text);
}

/** Return the number of a text such as "9 ug/day" if it is in this unit, otherwise NaN. @param {string} text @param {string} unit */
function measured(text, unit) {
  const [value, said, ...more] = text.trim().split(/\s+/);
  return said === unit && !more.length ? Number(value) : NaN;
}

/** Whether a plan is a protocol whose infusion can be drawn. @param {Plan} plan @param {Library} library */
export function editable(plan, library) {
  const name = typeof plan === 'object' ? plan?.extends : plan;
  return library.protocols.find((one) => one.name === name && one.dosing === 'infusion') ?? null;
}

/** Return the draft of a protocol of the library as it stands. @param {ProtocolEntry} base @returns {Draft} */
export function draftOf(base) {
  const rates = base.rates.map(amount);
  return {
    base,
    rates,
    stepAfter: base.step_after_days,
    blocks: base.cycles.map((one) => ({ count: one.count, first: place(rates, amount(one.first)), infusion: one.infusion_days, rest: one.rest_days, label: one.label })),
    premedicated: base.premedication !== null,
    premedication: base.premedication ? amount(base.premedication.amount) : 0,
    scale: base.scale,
    without: [],
  };
}

/**
 * Return the draft of a plan, or null when it cannot be drawn.
 *
 * @param {Plan} plan
 * @param {Library} library
 * @returns {Draft | null}
 */
export function fromPlan(plan, library) {
  const base = editable(plan, library);
  if (!base) return null;
  const start = draftOf(base);
  if (typeof plan !== 'object' || plan === null) return start;
  const rates = plan.rates?.map((one) => measured(one, 'ug/day')) ?? start.rates;
  const cycles = plan.cycles?.map((one) => ({ count: one.count, first: place(rates, measured(one.first, 'ug/day')), infusion: measured(one.infusion, 'day'), rest: measured(one.rest, 'day'), label: one.label ?? '' }));
  const draft = {
    ...start,
    rates,
    stepAfter: plan.step_after === undefined ? start.stepAfter : measured(plan.step_after, 'day'),
    blocks: cycles ?? start.blocks.map((one) => ({ ...one, first: Math.min(one.first, rates.length - 1) })),
    premedicated: start.premedicated && !plan.without_premedication,
    premedication: plan.premedication ? measured(String(plan.premedication.amount), 'mg') : start.premedication,
    scale: plan.scale ?? start.scale,
    without: plan.without_rules ?? [],
  };
  return drawable(draft) ? draft : null;
}

/** Whether there is something to draw, of numbers that can be drawn. @param {Draft} draft */
function drawable({ rates, stepAfter, blocks, premedication: given }) {
  const within = (/** @type {number} */ x, /** @type {number} */ least) => x >= least && x <= FARTHEST;
  const lengths = blocks.every((one) => one.first >= 0 && within(one.infusion, Number.EPSILON) && within(one.rest, 0));
  return rates.length > 0 && rates.every((one) => one > 0 && Number.isFinite(one)) && within(stepAfter, 0) && blocks.length > 0 && lengths && Number.isFinite(given);
}

/**
 * Return the plan of a draft as the server takes it: the name of the base when nothing differs.
 *
 * @param {Draft} draft
 * @returns {string | InlinePlan}
 */
export function toPlan(draft) {
  const base = draftOf(draft.base);
  /** @type {InlinePlan} */
  const plan = { extends: draft.base.name };
  if (!same(draft.rates, base.rates)) plan.rates = draft.rates.map(rateText);
  if (draft.stepAfter !== base.stepAfter) plan.step_after = dayText(draft.stepAfter);
  if (plan.rates || !same(draft.blocks, base.blocks)) plan.cycles = draft.blocks.map((one) => cycle(one, draft.rates));
  if (draft.scale !== base.scale) plan.scale = draft.scale;
  if (draft.without.length) plan.without_rules = [...draft.without];
  if (base.premedicated && !draft.premedicated) plan.without_premedication = true;
  else if (draft.premedication !== base.premedication) plan.premedication = premedication(draft);
  return Object.keys(plan).length > 1 ? plan : draft.base.name;
}

/** @param {Block} block @param {readonly number[]} rates @returns {import('./state.js').InlineCycle} */
function cycle(block, rates) {
  const made = { count: block.count, first: rateText(rates[block.first]), infusion: dayText(block.infusion), rest: dayText(block.rest) };
  return block.label ? { ...made, label: block.label } : made;
}

/** @param {Draft} draft */
function premedication(draft) {
  const { drug, route, before_days: before, moments, after_break_days: pause } = /** @type {import('./api.js').PremedicationEntry} */ (draft.base.premedication);
  const amount = `${draft.premedication} mg`;
  return { drug, amount, route, before: `${24 * before} h`, moments, after_break: `${24 * pause} h` };
}

// ---- changes

/** @param {Draft} draft @param {number} at @param {number} rate @returns {Draft} */
export function withRate(draft, at, rate) {
  return { ...draft, rates: draft.rates.map((one, i) => (i === at ? rate : one)) };
}

/** @param {Draft} draft @param {number} at @param {Partial<Block>} patch @returns {Draft} */
export function withBlock(draft, at, patch) {
  return { ...draft, blocks: draft.blocks.map((one, i) => (i === at ? { ...one, ...patch } : one)) };
}

/** Put a rate below the highest one, between it and its neighbour. @param {Draft} draft @returns {Draft} */
export function withStep(draft) {
  const top = draft.rates.length - 1;
  const made = Math.round((draft.rates[top] + (draft.rates[top - 1] ?? 0)) / 2);
  const rates = [...draft.rates.slice(0, top), made, draft.rates[top]];
  const blocks = draft.blocks.map((one, i) => ({ ...one, first: i === 0 && top === 0 ? 0 : one.first + (one.first >= top ? 1 : 0) }));
  return { ...draft, rates, blocks, stepAfter: draft.stepAfter || 7 };
}

/** @param {Draft} draft @param {number} at @returns {Draft} */
export function withoutStep(draft, at) {
  const rates = draft.rates.filter((_, i) => i !== at);
  const blocks = draft.blocks.map((one) => ({ ...one, first: Math.min(one.first > at ? one.first - 1 : one.first, rates.length - 1) }));
  return { ...draft, rates, blocks, stepAfter: rates.length > 1 ? draft.stepAfter : 0 };
}

/** Cut cycles from the end, or repeat the last. @param {Draft} draft @param {number} total @returns {Draft} */
export function withCycles(draft, total) {
  let left = total;
  const blocks = [];
  for (const block of draft.blocks) {
    const count = Math.min(block.count, left);
    if (count > 0) blocks.push({ ...block, count });
    left -= count;
  }
  if (left > 0) blocks[blocks.length - 1] = { ...blocks[blocks.length - 1], count: blocks[blocks.length - 1].count + left };
  return { ...draft, blocks };
}

/** @param {Draft} draft */
export function cyclesOf(draft) {
  return draft.blocks.reduce((sum, one) => sum + one.count, 0);
}

/**
 * Grade CRS in the rules by another scale: by the protocol of the same family that is written for it, if there is one.
 *
 * @param {Draft} draft
 * @param {string} scale
 * @param {Library} library
 * @returns {Draft}
 */
export function withScale(draft, scale, library) {
  const family = FAMILY.exec(draft.base.name)?.[1];
  const base = family && library.protocols.find((one) => one.name.startsWith(`${family}_`) && one.scale === scale);
  if (!base) return { ...draft, scale };
  const known = new Set(base.rules.map((rule) => rule.name));
  return { ...draft, base, scale, without: draft.without.filter((name) => known.has(name)) };
}

/**
 * Return a rate that a rule of the base names, as the server renames it: its lowest and highest become the draft's.
 *
 * @param {Draft} draft
 * @param {string} text
 */
export function renamed(draft, text) {
  const rate = amount(text);
  const old = draft.base.rates.map(amount);
  if (draft.rates.includes(rate)) return rate;
  if (rate === old[0]) return draft.rates[0];
  return rate === old[old.length - 1] ? draft.rates[draft.rates.length - 1] : rate;
}

/**
 * Return what flows in as planned, nothing held: the corners of cycles from day 0 to a horizon.
 *
 * @param {Draft} draft
 * @param {number} horizon  day
 * @returns {{cycle: number, block: number, start: number, end: number, next: number, steps: {day: number, rate: number}[]}[]}
 */
export function schedule(draft, horizon) {
  const found = [];
  let start = 0;
  let cycle = 0;
  for (const [block, { count, first, infusion, rest }] of draft.blocks.entries()) {
    for (let i = 0; i < count && start < horizon; i += 1) {
      const steps = [];
      for (let rate = first, day = 0; rate < draft.rates.length && day < infusion; rate += 1, day += draft.stepAfter) {
        steps.push({ day: start + day, rate });
        if (!draft.stepAfter) break;
      }
      cycle += 1;
      found.push({ cycle, block, start, end: start + infusion, next: start + infusion + rest, steps });
      start += infusion + rest;
    }
  }
  return found;
}

/** Return the place of a rate among others, the nearest where it is none of them. @param {readonly number[]} rates @param {number} rate */
function place(rates, rate) {
  const gaps = rates.map((one) => Math.abs(one - rate));
  return gaps.indexOf(Math.min(...gaps));
}

/** @param {number} rate */
function rateText(rate) {
  return `${rate} ug/day`;
}

/** @param {number} days */
function dayText(days) {
  return `${days} day`;
}
