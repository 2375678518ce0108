// @ts-check
/** What the record holds, in tables and lists: every event, lines of therapy, the label's rules, what is open. */

import { dated, days } from './calendar.js';
import { h } from './dom.js';
import { capital, eventOf } from './rows.js';

/** @typedef {import('./case_document.js').CaseDocument} CaseDocument */
/** @typedef {import('./case_document.js').Item} Item */
/** @typedef {(event: string) => void} Go */

/**
 * Return a labelled choice.
 *
 * @param {string} id @param {string} label
 * @param {{name: string, label: string}[]} options
 * @param {string} value
 * @param {(value: string) => void} onchoose
 */
export function chosenFrom(id, label, options, value, onchoose) {
  const select = h('select', { id, onchange: () => onchoose(select.value) },
    options.map((one) => h('option', { value: one.name, selected: one.name === value }, one.label)));
  return h('label', { class: 'choice', for: id }, h('span', null, label), select);
}

/**
 * Return the parts of a record below its timeline, each to be opened.
 *
 * @param {CaseDocument} found
 * @param {HTMLElement[]} standing  how it stands to the label
 * @param {Go} go
 */
export function record(found, standing, go) {
  const items = found.lanes.flatMap((lane) => lane.items).sort((a, b) => a.start_day - b.start_day || a.number - b.number);
  const { lines, ambiguities, findings, assumed } = found;
  return [
    h('h2', null, 'The record'),
    part(`All events as a table (${items.length})`, [events(found, items, go)]),
    part(`Against the label of its day (${found.label.scale_label})`, standing),
    lines.lines.length ? part(`Lines of therapy (${lines.lines.length})`, [therapy(found)]) : null,
    ambiguities.length ? part(`Places that can be read in more than one way (${ambiguities.length})`, [
      h('ul', { class: 'listed' }, ambiguities.map((one) => h('li', null, h('b', null, one.id), ' ', link(one.event, found, go), one.text)))]) : null,
    findings.length ? part(`What looks odd (${findings.length})`, [
      h('ul', { class: 'listed' }, findings.map((one) => h('li', null,
        h('span', { class: `tag ${one.severity === 'warning' ? 'warn' : 'neutral'}` }, one.severity), ' ', h('b', null, one.title), ' ',
        ...one.events.flatMap((event) => [link(event, found, go)]), h('small', null, [one.found, one.why, one.held].filter(Boolean).join(' ')))))]) : null,
    assumed.length ? part(`What a replay takes for granted (${assumed.length})`, [h('ul', { class: 'listed' }, assumed.map((text) => h('li', null, text)))]) : null,
  ];
}

/** @param {string} title @param {HTMLElement[]} content */
function part(title, content) {
  return h('details', { class: 'part' }, h('summary', null, title), h('div', { class: 'part-body' }, content));
}

/** @param {string} event @param {CaseDocument} found @param {Go} go */
function link(event, found, go) {
  const item = eventOf(found, event);
  return item ? h('button', { type: 'button', class: 'go', onclick: () => go(event), title: item.label, 'aria-label': `Show event ${item.number}, ${item.label}` }, `${item.number}`) : null;
}

/** @param {CaseDocument} found @param {Item[]} items @param {Go} go */
function events(found, items, go) {
  const verdicts = new Map(found.verdicts.response.map((one) => [one.visit, one]));
  const lanes = new Map(found.lanes.map((lane) => [lane.id, lane.label]));
  return h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'All events of the record' },
    h('table', { class: 'events' },
      h('thead', null, h('tr', null, ...['No.', 'Date used', 'Window', 'Event', 'Values and doses', 'Concluded', 'Judged'].map((text) => h('th', { scope: 'col' }, text)))),
      h('tbody', null, items.map((item) => {
        const judged = verdicts.get(item.id);
        const early = item.earliest_day === null ? '…' : dated(found.origin, item.earliest_day);
        const late = item.latest_day === null ? '…' : dated(found.origin, item.latest_day);
        const values = [
          ...item.values.map((one) => `${one.label} ${one.absence ?? one.text}${one.inferred ? ' (read out of words)' : ''}`),
          ...item.given.map((one) => `${one.what} ${one.text}`.trim()),
          ...item.episodes.map((one) => `${capital(one.kind)}: ${one.name}${one.detail ? ` (${one.detail})` : ''}`),
        ];
        return h('tr', null,
          h('td', { class: 'num' }, h('button', { type: 'button', class: 'go', onclick: () => go(item.id), 'aria-label': `Show event ${item.number} on the timeline` }, `${item.number}`)),
          h('td', { class: 'date' }, item.date, h('small', null, `day ${days(item.start_day)}`)),
          h('td', { class: 'date' }, early === late ? 'exact' : [early, h('small', null, `to ${late}`)]),
          h('th', { scope: 'row' }, item.label, h('small', null, lanes.get(item.lane) ?? item.kind)),
          h('td', null, values.length ? h('ul', { class: 'plain' }, values.map((text) => h('li', null, text))) : ''),
          h('td', null, item.conclusion),
          h('td', null, judged ? h('span', { class: `tag ${judged.tone}` }, judged.headline) : ''));
      }))));
}

/** @param {CaseDocument} found */
function therapy(found) {
  return h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Lines of therapy' },
    h('table', null,
      h('thead', null, h('tr', null, ...['Line', 'From', 'To', 'Treatments', 'Why it began', 'Best response', 'Refractory'].map((text) => h('th', { scope: 'col' }, text)))),
      h('tbody', null, found.lines.lines.map((line) =>
        h('tr', null,
          h('th', { scope: 'row' }, `${line.number}`, h('small', null, line.salvage ? `${line.kind} ${line.salvage}` : line.kind)),
          h('td', { class: 'date' }, line.start), h('td', { class: 'date' }, line.end ?? ''),
          h('td', null, line.treatments.map((one) => one.name.replaceAll('_', ' ')).join('; ')),
          h('td', null, line.began.text), h('td', null, line.best.text), h('td', null, line.refractory.text))))));
}
