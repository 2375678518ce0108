// @ts-check
/** Who is treated: the twin of a case before its engager, or virtual patients of a population, and for how long. */

import { fill, h } from './dom.js';
import { START, same } from './state.js';

/** @typedef {import('./api.js').ApiError} ApiError */
/** @typedef {import('./api.js').Library} Library */
/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Subjects} Subjects */

const BURDEN = /^marrow_blast_percent\s*(>=|<)\s*([\d.]+)\s*%$/;
const HORIZONS = [14, 28, 42, 84, 180];
const DRAWS = [50, 100, 200, 400];

/**
 * Return the form of who and for how long, and what shows a state in it.
 *
 * @param {Library} library
 * @param {(patch: Partial<State>) => void} onpatch
 * @returns {{element: HTMLElement, show: (state: Readonly<State>) => void, refused: (error: ApiError | null) => void}}
 */
export function subjectsForm(library, onpatch) {
  const twins = library.cases.filter((one) => one.twin !== false);
  const who = h(
    'select',
    { id: 'who' },
    h('optgroup', { label: 'Twin of a case' }, ...twins.map(({ name, title }) => h('option', { value: `twin:${name}`, title }, `Twin of ${name}, before the engager`))),
    h('optgroup', { label: 'Virtual patients' }, ...library.populations.map(({ name, label }) => h('option', { value: `population:${name}` }, label))),
  );
  const least = h('input', { id: 'burden-least', type: 'number', min: 0, max: 99, step: 'any', inputmode: 'decimal', placeholder: '0' });
  const most = h('input', { id: 'burden-most', type: 'number', min: 1, max: 100, step: 'any', inputmode: 'decimal', placeholder: '100' });
  const burden = h('div', { class: 'row plain burden' }, h('span', { id: 'burden-label' }, 'Marrow blasts'), h('label', null, 'from ', least), h('label', null, ' to below ', most), h('span', { class: 'unit' }, '%'));
  const days = h('select', { id: 'days' });
  const draws = h('select', { id: 'draws' });

  const fault = h('p', { class: 'fault', id: 'who-fault', role: 'alert', hidden: true });
  /** @type {Readonly<State>} */
  let now = START;

  /** @returns {Subjects} */
  const chosen = () => {
    const { subjects } = now;
    const [kind, name] = who.value.split(':');
    if (kind === 'population') return { kind, name, within: subjects.kind === 'population' ? subjects.within : [] };
    const known = [subjects, START.subjects].find((one) => one.kind === 'twin' && one.case === name);
    return known ?? { kind: 'twin', case: name, at: '' };
  };
  const bounded = (/** @type {HTMLInputElement} */ field, /** @type {'>=' | '<'} */ sign, /** @type {number} */ open) => {
    const { subjects } = now;
    if (subjects.kind !== 'population' || !field.reportValidity()) return;
    const value = field.valueAsNumber;
    const others = subjects.within.filter((one) => BURDEN.exec(one)?.[1] !== sign);
    const bound = Number.isFinite(value) && value !== open ? [`marrow_blast_percent ${sign} ${value} %`] : [];
    onpatch({ subjects: { ...subjects, within: sign === '<' ? [...others, ...bound] : [...bound, ...others] } });
  };
  who.addEventListener('change', () => onpatch({ subjects: chosen() }));
  least.addEventListener('change', () => bounded(least, '>=', 0));
  most.addEventListener('change', () => bounded(most, '<', 100));
  days.addEventListener('change', () => onpatch({ days: Number(days.value) }));
  draws.addEventListener('change', () => onpatch({ draws: Number(draws.value) }));

  const show = (/** @type {Readonly<State>} */ state) => {
    const { subjects } = state;
    const asked = same(subjects, now.subjects) && state.days === now.days && state.draws === now.draws && days.options.length > 0;
    now = state;
    if (asked) return;
    who.value = subjects.kind === 'twin' ? `twin:${subjects.case}` : `population:${subjects.name}`;
    burden.hidden = subjects.kind === 'twin';
    const bounds = subjects.kind === 'twin' ? [] : subjects.within.map((one) => BURDEN.exec(one));
    least.value = bounds.find((one) => one?.[1] === '>=')?.[2] ?? '';
    most.value = bounds.find((one) => one?.[1] === '<')?.[2] ?? '';
    choices(days, HORIZONS, state.days, (day) => `${day} days`);
    choices(draws, DRAWS, state.draws, (count) => `${count}`);
  };
  const element = h(
    'section',
    { class: 'card subjects', 'aria-labelledby': 'subjects-title' },
    h('h2', { id: 'subjects-title' }, 'Who'),
    h('label', { class: 'stacked' }, 'Subjects', who),
    burden,
    h('div', { class: 'row plain pair' }, h('label', null, 'Simulate ', days), h('label', null, 'Draws ', draws)),
    fault,
  );
  const refused = (/** @type {ApiError | null} */ error) => {
    fault.hidden = !error;
    fill(fault, error?.message);
  };
  return { element, show, refused };
}

/** @param {HTMLSelectElement} select @param {number[]} known @param {number} chosen @param {(value: number) => string} text */
function choices(select, known, chosen, text) {
  const values = known.includes(chosen) ? known : [...known, chosen].sort((a, b) => a - b);
  fill(select, ...values.map((value) => h('option', { value: String(value), selected: value === chosen }, text(value))));
}
