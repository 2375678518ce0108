// @ts-check
/** A trial's design and what a run of it found, as tables. */

import { h } from './dom.js';

/** @typedef {{label: string, group: string, kind: string, unit: string, value: number | null, low: number | null, high: number | null, n: number, events: number}} Estimate */

/**
 * What `/api/jobs/{id}/result` answers for a trial: `TrialResult.to_dict()`.
 * @typedef {{trial: string, label: string, patients: number, failed: Record<string, number>, arms: Record<string, Record<string, Estimate>>, notice: string}} Result
 */

/** @typedef {{name: string, label: string, n: number, text: string, reference: boolean, note: string}} Arm */
/** @typedef {{heading: string, first: boolean, key: string, label: string, group: string, outcome_model: boolean}} Endpoint */
/** @typedef {{arm: string, key: string, text: string, role: 'fitted' | 'validation', own: boolean, recalled: boolean, title: string, citation: string, where: string, note: string}} Published */

/**
 * What `/api/trials/{name}` answers, as src/trimer/workbench/trial_view.py writes it.
 * @typedef {object} Design
 * @property {string} name
 * @property {string} label
 * @property {{what: string, text: string}[]} design
 * @property {Arm[]} arms
 * @property {Endpoint[]} endpoints  in the order in which they are shown
 * @property {Published[]} published
 * @property {string} intervals
 * @property {string} outcome_note
 * @property {{name: string, label: string, note: string}[]} figures
 * @property {number} patients
 * @property {number} most_patients
 * @property {number} seed
 */

/**
 * Return what a trial is, before it is run.
 *
 * @param {Design} found
 */
export function design(found) {
  return [
    h('h3', null, found.label),
    h('div', { class: 'arms' }, found.arms.map((arm) =>
      h('div', { class: arm.reference ? 'reference' : null }, h('b', null, arm.label),
        h('small', null, arm.text.replace(`${arm.label}: `, '').replaceAll('_', ' ')), arm.note ? h('small', null, arm.note) : null))),
    h('h4', null, 'Endpoints of the trial'),
    h('p', { class: 'tags' }, found.endpoints.filter((one) => one.first).map((one) => h('span', { class: 'tag' }, named(one)))),
    h('details', { class: 'source' }, h('summary', null, 'the whole design'),
      h('dl', { class: 'when' }, found.design.filter((row) => !row.what.startsWith('Arm ')).flatMap((row) => [h('dt', null, row.what), h('dd', null, row.text)]))),
  ];
}

/**
 * Return the endpoints of a run by arm, with intervals and what was published: the trial's own, then the rest.
 *
 * @param {Result} found
 * @param {Design} plan
 */
export function endpoints(found, plan) {
  const own = plan.endpoints.filter((one) => one.first);
  const rest = plan.endpoints.filter((one) => !one.first);
  const failed = Object.entries(found.failed).filter(([, n]) => n).map(([arm, n]) => `${n} in ${arm}`);
  return [
    h('p', { class: 'dim' }, `${found.patients.toLocaleString('en-GB')} virtual patients in every arm. ${plan.intervals}`, failed.length ? ` Not solved and left out: ${failed.join(', ')}.` : ''),
    table('Endpoints of the trial', found, plan, own),
    h('details', { class: 'part' }, h('summary', null, `All other endpoints (${rest.length})`), table('All other endpoints', found, plan, rest)),
    h('p', { class: 'dim' }, plan.outcome_note),
  ];
}

/** @param {string} label @param {Result} found @param {Design} plan @param {Endpoint[]} shown */
function table(label, found, plan, shown) {
  const arms = plan.arms.filter((arm) => found.arms[arm.name]);
  /** @param {Arm} arm @param {Endpoint} one */
  const published = (arm, one) => plan.published.filter((row) => row.arm === arm.name && row.key === one.key);
  const told = new Set(arms.filter((arm) => shown.some((one) => published(arm, one).length)));
  const wide = 1 + arms.length + told.size;
  let heading = shown[0]?.heading ?? '';
  return h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': label },
    h('table', { class: 'results' },
      h('thead', null, h('tr', null, h('th', { scope: 'col' }, heading || label),
        arms.flatMap((arm) => [h('th', { scope: 'col' }, arm.label), told.has(arm) ? h('th', { scope: 'col' }, arms.length > 1 ? `Published, ${arm.name}` : 'Published') : null]))),
      h('tbody', null, shown.flatMap((one) => {
        const next = one.heading !== heading;
        heading = one.heading;
        return [
          next ? h('tr', { class: 'group' }, h('th', { colspan: String(wide), scope: 'colgroup' }, heading)) : null,
          h('tr', null, h('th', { scope: 'row' }, named(one)),
            arms.flatMap((arm) => [
              h('td', null, estimate(found.arms[arm.name][one.key])),
              told.has(arm) ? h('td', null, published(arm, one).map(said)) : null,
            ])),
        ];
      }))));
}

/** @param {Endpoint} one */
function named(one) {
  return `${one.label}${one.group === 'all patients' ? '' : `, ${one.group}`}${one.outcome_model ? ' †' : ''}`;
}

/** @param {Estimate | undefined} one */
function estimate(one) {
  return one ? [h('b', null, value(one, one.value)), ` ${interval(one)}`, h('small', null, counted(one))] : [];
}

/** @param {Published} one */
function said(one) {
  const from = [one.own ? '' : one.title, one.role === 'fitted' ? 'in view when calibrated' : 'not in view', one.recalled ? 'recalled' : ''].filter(Boolean).join(' · ');
  return h('div', { class: 'published', title: [one.citation, one.where].filter(Boolean).join(', ') }, one.text, h('small', null, from));
}

/** @param {Estimate} one @param {number | null} x */
function value(one, x) {
  if (x === null) return one.kind === 'time' ? 'not reached' : 'n/a';
  if (one.kind === 'proportion') return `${(100 * x).toFixed(1)} %`;
  return `${one.kind === 'mean' ? Number(x.toPrecision(3)) : x.toFixed(one.kind === 'time' ? 1 : 2)} ${one.unit}`.trim();
}

/** @param {Estimate} one */
function interval(one) {
  if (one.low === null && one.high === null) return '';
  /** @param {number | null} x */
  const bare = (x) => value({ ...one, unit: '' }, x).replace(' %', '');
  return `(${bare(one.low)} to ${bare(one.high)})`;
}

/** @param {Estimate} one */
function counted(one) {
  return one.kind === 'proportion' ? `${one.events} of ${one.n}` : `${one.n} patients`;
}
