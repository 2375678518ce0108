// @ts-check
/** What the drug's label does with the grades that each scale gives, and how the record stands to the label. */

import { days } from './calendar.js';
import { h } from './dom.js';

/** @typedef {import('./case_document.js').CaseDocument} CaseDocument */
/** @typedef {import('./case_document.js').Matrix} Matrix */
/** @typedef {import('./case_document.js').ScaleRow} ScaleRow */

/**
 * Return what the label then does after each CRS of the record, by the chosen scale and by the others.
 *
 * @param {CaseDocument} found
 * @param {string} before  name of the scale that was chosen before, '' if none
 * @returns {HTMLElement[]}
 */
export function consequences(found, before) {
  if (!found.matrix.length) return [h('p', { class: 'dim' }, 'The record holds no CRS during an engager, so no rule of the label is asked.')];
  const open = found.matrix.some((one) => one.rows.some((row) => row.grade_text.includes(' to ')));
  const why = h('p', { class: 'dim open-grade' }, 'A grade such as “3 to 4”: the record leaves open which it was, so what the label asks for is followed for each.');
  const parts = found.matrix.map((one) => {
    const chosen = one.rows.find((row) => row.chosen) ?? one.rows[0];
    const earlier = one.rows.find((row) => row.scale === before && !row.chosen);
    const treated = one.treatment_day === null ? '' : `, treatment day ${one.treatment_day}`;
    return h('section', { class: 'consequence' },
      h('h3', null, one.label || 'CRS', h('small', null, `day ${days(one.onset_day)}${treated}`)),
      chosen ? h('p', { class: 'verdict-line' },
        h('span', { class: 'grade' }, grade(chosen)), h('span', { 'aria-hidden': 'true' }, ' → '),
        h('b', { class: `action ${tone(chosen.action)}` }, chosen.action || 'nothing asked')) : null,
      h('p', { class: 'difference', role: 'status' }, earlier && chosen ? difference(earlier, chosen) : ''),
      chosen ? paths(chosen) : null,
      scales(one));
  });
  return open ? [why, ...parts] : parts;
}

/** @param {ScaleRow} earlier @param {ScaleRow} chosen */
function difference(earlier, chosen) {
  /** @param {ScaleRow} row */
  const told = (row) => `by ${row.label}, ${grade(row)}: ${row.action}`;
  const same = earlier.action === chosen.action ? 'The label does the same: ' : 'The label does something else: ';
  return `${same}${told(earlier)}; ${told(chosen)}.`;
}

/** @param {ScaleRow} row */
function paths(row) {
  return h('ul', { class: 'paths' }, row.paths.map((one) =>
    h('li', null,
      h('b', null, `Grade ${one.grade}: `), one.action,
      one.words ? h('small', null, `${sign(one.met)} ${one.words}`) : null,
      one.note ? h('small', null, one.note) : null,
      one.source ? h('small', null, `${one.provenance}: ${one.source}`) : null)));
}

/** @param {Matrix} one */
function scales(one) {
  return h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `${one.label}: what the label does by each scale` },
    h('table', { class: 'scales' },
      h('thead', null, h('tr', null, ...['Scale', 'Grade', 'The label', ''].map((text) => h('th', { scope: 'col' }, text || h('span', { class: 'unseen' }, 'Beside the chosen'))))),
      h('tbody', null, one.rows.map((row) =>
        h('tr', { class: row.chosen ? 'chosen' : null },
          h('th', { scope: 'row' }, row.label),
          h('td', null, grade(row)),
          h('td', null, h('span', { class: `action ${tone(row.action)}` }, row.action || 'nothing asked')),
          h('td', { class: 'dim' }, row.chosen ? 'chosen' : row.same ? 'same' : 'differs'))))));
}

/**
 * Return how the record stands to the label of its day: counts, and every finding by cycle.
 *
 * @param {CaseDocument} found
 * @returns {HTMLElement[]}
 */
export function standing(found) {
  const { label } = found;
  const order = ['off label', 'open', 'undocumented', 'on label', 'not applicable'];
  const groups = [0, ...label.cycles.map((one) => one.exposure)].filter((n) => label.findings.some((one) => one.exposure === n));
  return [
    h('p', { class: 'tags' }, order.filter((status) => label.counts[status]).map((status) =>
      h('span', { class: `tag ${statusTone(status)}` }, `${label.counts[status]} ${status}`))),
    ...groups.map((n) => {
      const cycle = label.cycles.find((one) => one.exposure === n);
      const rows = label.findings.filter((one) => one.exposure === n).sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
      return h('details', null,
        h('summary', null, cycle ? `Cycle ${cycle.number} of its course, from ${cycle.date}` : 'The patient', ` · ${rows.length} rules`),
        h('ul', { class: 'findings' }, rows.map((one) =>
          h('li', null, h('span', { class: `tag ${statusTone(one.status)}` }, one.status), ' ', h('b', null, one.rule.replaceAll('_', ' ')), h('small', null, one.text)))));
    }),
    ...label.doubts.map((text) => h('p', { class: 'dim' }, text)),
  ];
}

/** @param {ScaleRow} row */
function grade(row) {
  return row.grade_text ? `grade ${row.grade_text}` : 'no grade';
}

/** @param {boolean | null} met */
function sign(met) {
  return met === null ? '? open:' : met ? '✓ done:' : '✗ not done:';
}

/** @param {string} action */
function tone(action) {
  if (/stop/.test(action)) return /hold|no/.test(action) ? 'warn' : 'bad';
  return /hold/.test(action) ? 'warn' : 'good';
}

/** @param {string} status */
function statusTone(status) {
  return { 'on label': 'good', 'off label': 'bad', open: 'warn', undocumented: 'warn' }[status] ?? 'neutral';
}
