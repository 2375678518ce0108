// @ts-check
/** What stands beside the timeline: all that the record and its judges say of one event or verdict. */

import { dated, days } from './calendar.js';
import { h } from './dom.js';
import { capital, eventOf } from './rows.js';

/** @typedef {import('./case_document.js').CaseDocument} CaseDocument */
/** @typedef {import('./case_document.js').Item} Item */
/** @typedef {import('./case_document.js').Verdict} Verdict */
/** @typedef {import('./case_document.js').Value} Value */

/**
 * Return what is known of a mark: its event, and the verdicts on that visit.
 *
 * @param {CaseDocument} found
 * @param {{event: string, verdict: string}} mark
 * @returns {HTMLElement[]}
 */
export function details(found, mark) {
  const item = eventOf(found, mark.event);
  const all = [...found.verdicts.response, ...found.verdicts.crs];
  const verdicts = all.filter((one) => one.visit === (mark.verdict || mark.event));
  if (mark.verdict) return [...verdicts.flatMap((one) => verdict(one, found)), ...(item ? event(item, found) : [])];
  return [...(item ? event(item, found) : []), ...verdicts.flatMap((one) => verdict(one, found))];
}

/** @param {Item} item @param {CaseDocument} found */
function event(item, found) {
  const lead = [capital(item.kind), item.context, item.with ? `with event ${eventOf(found, item.with)?.number ?? item.with}` : ''].filter(Boolean);
  return [
    h('section', { class: 'told' },
      h('p', { class: 'kicker' }, `${item.number} · ${lead.join(' · ')}`),
      h('h3', null, item.label),
      when(item, found),
      item.values.length ? h('h4', null, 'Values') : null,
      item.values.length ? h('ul', { class: 'values' }, item.values.map(value)) : null,
      item.given.length ? h('h4', null, 'Given') : null,
      item.given.length ? h('ul', null, item.given.map((one) => h('li', null, h('b', null, one.what), one.text ? ` ${one.text}` : ''))) : null,
      item.episodes.length ? h('h4', null, 'What happened') : null,
      item.episodes.length ? h('ul', null, item.episodes.map((one) =>
        h('li', null, h('b', null, capital(one.kind)), ` ${one.name}`, one.end_day > one.start_day ? `, day ${days(one.start_day)} to ${days(one.end_day)}` : '', one.detail ? h('small', null, one.detail) : null))) : null,
      item.conclusion ? h('p', { class: 'quote' }, h('span', null, 'The record concludes'), item.conclusion) : null,
      ...item.ambiguities.map((one) => h('p', { class: 'ambiguity' }, h('b', null, one.id), ` ${one.text}`)),
      ...item.notes.map((text) => h('p', { class: 'dim' }, text))),
  ];
}

/** @param {Item} item @param {CaseDocument} found */
function when(item, found) {
  const { origin } = found;
  const open = item.earliest_day === null || item.latest_day === null || item.earliest_day !== item.latest_day;
  const end = item.end_day > item.start_day ? ` to ${item.end_date}, day ${days(item.end_day)}` : '';
  const early = item.earliest_day === null ? 'no earliest' : dated(origin, item.earliest_day);
  const late = item.latest_day === null ? 'no latest' : dated(origin, item.latest_day);
  const why = [...item.not_before.map((text) => `not before: ${text}`), ...item.not_after.map((text) => `not after: ${text}`)];
  return h('dl', { class: 'when' },
    h('dt', null, 'Used'), h('dd', null, `${item.date}, day ${days(item.start_day)}${end}`),
    h('dt', null, 'Record'), h('dd', null, item.date_written || 'no date written'),
    open ? h('dt', null, 'Window') : null,
    open ? h('dd', null, `${early} to ${late}`, why.length
      ? h('details', null, h('summary', null, 'what bounds it'), h('ul', null, why.map((text) => h('li', null, text)))) : null) : null);
}

/** @param {Value} one */
function value(one) {
  const of = [one.specimen, one.denominator && !one.text.includes(one.denominator) ? `of ${one.denominator}` : '', one.method].filter(Boolean).join(', ');
  return h('li', { class: one.absence ? 'absent' : null },
    h('span', { class: 'what' }, one.label), ' ',
    h('b', null, one.absence ?? one.text),
    one.inferred ? h('span', { class: 'tag warn' }, 'read out of words') : null,
    of || one.note ? h('small', null, [of, one.note].filter(Boolean).join('. ')) : null);
}

/** @param {Verdict} one @param {CaseDocument} found */
function verdict(one, found) {
  const set = one.subject === 'crs' ? found.crs : found.response;
  const range = one.possible.length > 1 ? `Possible: ${one.possible.join(', ')}.` : '';
  return [
    h('section', { class: 'told judged' },
      h('p', { class: 'kicker' }, `Judged by ${set.label}`),
      h('h3', null, h('span', { class: `tag ${one.tone}` }, one.headline), ` day ${days(one.day)}, ${one.date}`),
      one.label ? h('p', { class: 'dim' }, one.label) : null,
      h('p', null, one.reason),
      one.decided_by.length ? h('ul', { class: 'decided' }, one.decided_by.map((by) =>
        h('li', null,
          h('span', { class: `sign ${by.met === null ? 'open' : by.met ? 'yes' : 'no'}` }, by.met === null ? '? open' : by.met ? '✓ met' : '✗ not met'),
          ` ${by.label} `, h('b', null, by.value), by.threshold ? ` (${by.threshold})` : '',
          by.source ? h('small', null, `${by.provenance}: ${by.source}`) : null))) : null,
      range ? h('p', { class: 'ambiguity' }, range) : null,
      one.missing.length ? h('p', { class: 'ambiguity' }, `Not in the record: ${one.missing.join('; ')}.`) : null,
      one.supported_by ? h('p', { class: 'dim' }, `Supported by: ${one.supported_by}.`) : null,
      one.pending ? h('p', { class: 'dim' }, one.pending) : null,
      one.unverified ? h('p', { class: 'dim' }, 'A rule of this verdict is recalled, not seen in its source.') : null,
      ...one.conventions.map((text) => h('p', { class: 'dim' }, `Convention: ${text}.`))),
  ];
}
