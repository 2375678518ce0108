// @ts-check
/** The Evidence view: published results beside predicted ones, every number of the model, and its limits. */

import { get, save } from './api.js';
import { fill, h } from './dom.js';
import { dots } from './dots.js';
import { PagedTable } from './table.js';

/** @typedef {import('./main.js').App} App */

/**
 * @typedef {object} Row
 * @property {'fitted' | 'validation'} role
 * @property {string} trial
 * @property {string} title
 * @property {string} arm
 * @property {string} group
 * @property {string} endpoint
 * @property {string} unit
 * @property {number | null} published
 * @property {number | null} published_low
 * @property {number | null} published_high
 * @property {string} published_text
 * @property {string} interval  what its limits are: `quartiles` and `range` are no 95 % interval
 * @property {number | null} predicted
 * @property {number | null} predicted_low
 * @property {number | null} predicted_high
 * @property {string} predicted_text
 * @property {boolean | null} met
 * @property {string} verdict
 * @property {boolean} series
 * @property {boolean} recalled
 * @property {string[]} remarks
 * @property {string} why
 * @property {string} where
 * @property {string} citation
 */

/**
 * @typedef {object} Parameter
 * @property {string} name
 * @property {string} group
 * @property {string} label
 * @property {number} value
 * @property {string} unit
 * @property {string} value_text
 * @property {string} spread_text
 * @property {string} distribution
 * @property {string} kind
 * @property {string} source
 * @property {string} where
 * @property {string} note
 * @property {string} citation
 */

/** @typedef {{compared: number, inside: number, text: string}} Count */

/**
 * @typedef {object} Evidence
 * @property {boolean} stored
 * @property {string} validation_note
 * @property {{replicates?: number, draws?: number, calibration?: string}} provenance
 * @property {{predicted: Count, calibrated: Count} & Record<string, any>} counts
 * @property {{what: string, role: string, told: string, met: boolean | null, asked: string, text: string}[]} aims
 * @property {Row[]} validation
 * @property {Parameter[]} parameters
 * @property {{title: string, items: string[]}[]} limits
 */

const OTHER = new Set(['quartiles', 'range']);
const KINDS = ['measured', 'fitted', 'assumed'];

/**
 * Show the view.
 *
 * @param {HTMLElement} root
 * @param {App} app
 * @returns {Promise<() => void>}
 */
export async function show(root, app) {
  fill(root, h('h2', null, 'Evidence'), h('p', { class: 'dim' }, 'The evidence is being gathered …'));
  const found = /** @type {Evidence} */ (await get('/api/evidence', { signal: app.signal }));
  fill(root,
    h('h2', null, 'Evidence'),
    h('p', { class: 'lead' }, 'How the model stands to what was published, where each of its numbers comes from, and what must not be concluded from it.'),
    h('section', null, h('h3', { class: 'big' }, 'Published and predicted'), validation(found)),
    h('section', null, h('h3', { class: 'big' }, 'Numbers of the model'), parameters(found)),
    h('section', null, h('h3', { class: 'big' }, 'Limits'), ...found.limits.map((one) =>
      h('div', { class: 'card limits-card' }, h('h4', null, one.title), h('ul', { class: 'limits' }, one.items.map((text) => h('li', null, text)))))));
  app.downloads([
    { label: 'Validation rows (CSV)', run: () => save(csv(found.validation), 'validation.csv', 'text/csv') },
    { label: 'Parameters (CSV)', run: () => save(csv(found.parameters), 'parameters.csv', 'text/csv') },
  ]);
  return () => {};
}

/** @param {Evidence} found */
function validation(found) {
  if (!found.validation.length) return [h('p', { class: 'note' }, found.validation_note), aims(found)];
  /** @type {PagedTable<Row>} */
  const table = new PagedTable('Published and predicted results', [
    { label: 'Endpoint', head: true, class: 'name', by: (row) => row.endpoint, cell: (row) => [row.endpoint, h('small', null, [row.title || row.trial, row.arm, row.group].filter(Boolean).join(' · '))] },
    { label: 'Role', by: (row) => row.role, cell: (row) => h('span', { class: `tag ${row.role === 'fitted' ? 'fitted' : 'neutral'}` }, row.role) },
    { label: 'Published', class: 'nowrap', by: (row) => row.published, cell: (row) => [row.published_text, row.recalled ? h('small', null, 'recalled') : null] },
    { label: 'Predicted', class: 'nowrap', by: (row) => row.predicted, cell: (row) => row.predicted_text || 'none' },
    { label: 'Both, with their intervals', cell: (row) => dots(
      { value: row.published, low: row.published_low, high: row.published_high, other: OTHER.has(row.interval) },
      { value: row.predicted, low: row.predicted_low, high: row.predicted_high }, row.unit) },
    { label: 'Met', by: (row) => (row.met === null ? null : row.met ? 1 : 0), cell: (row) => sign(row.met, row.verdict) },
    { label: 'Remarks', class: 'long', cell: (row) => remarks(row) },
  ], 25);
  const role = choice('evidence-role', 'Role', [['', 'all'], ['fitted', 'fitted: in view when calibrated'], ['validation', 'validation: not in view']], filter);
  const met = choice('evidence-met', 'Result', [['', 'all'], ['no', 'missed'], ['yes', 'met'], ['open', 'not compared']], filter);
  const what = choice('evidence-what', 'Rows', [['', 'all'], ['endpoint', 'endpoints of trials'], ['series', 'points of published curves']], filter);
  const search = h('input', { type: 'search', id: 'evidence-search', oninput: filter });
  filter();
  return [
    h('p', { class: 'note' }, setting(found)),
    found.stored ? h('dl', { class: 'scores' }, score('Not in view when calibrated', found.counts.predicted), score('In view when calibrated', found.counts.calibrated)) : null,
    aims(found),
    h('div', { class: 'tools' }, role.label, met.label, what.label, h('label', { class: 'choice', for: 'evidence-search' }, h('span', null, 'Search'), search)),
    key(),
    table.element,
  ];

  function filter() {
    const words = search.value.trim().toLowerCase().split(/\s+/);
    table.show(found.validation.filter((row) => {
      const is = row.met === null ? 'open' : row.met ? 'yes' : 'no';
      const text = [row.trial, row.title, row.arm, row.group, row.endpoint].join(' ').toLowerCase();
      return (!role.value() || row.role === role.value()) && (!met.value() || is === met.value())
        && (!what.value() || row.series === (what.value() === 'series')) && words.every((word) => text.includes(word));
    }));
  }
}

/** How the predictions were made, and how the table is read.
 * @param {Evidence} found
 */
function setting({ provenance }) {
  const { replicates, draws, calibration } = provenance;
  const of = draws ? `each with one of ${draws} calibrated draws of the parameters (${calibration})` : 'with the typical values of the library';
  return `Every trial was simulated ${replicates} times at its own size, ${of}. A prediction is the median of these and `
    + 'the interval that holds 95 % of them; met: the published value lies inside it. n.r.: not reached in follow-up; '
    + '°: recalled, not seen in its source.';
}

function key() {
  /** @param {string} kind @param {string} words */
  const one = (kind, words) => h('li', null, h('span', { class: `key-${kind}`, 'aria-hidden': 'true' }), words);
  return h('ul', { class: 'dots-key', 'aria-label': 'Marks of the column with both' },
    one('published', 'published'), one('interval', 'its 95 % interval, as printed or, of a share, exact'),
    one('other', 'its quartiles or range: no 95 % interval, not to be set against the prediction’s'),
    one('predicted', 'predicted: median, and 95 % of the simulated trials'));
}

/** @param {Evidence} found */
function aims(found) {
  if (!found.aims.length) return null;
  return h('details', { class: 'part' }, h('summary', null, `What the calibration aimed at, and the validation was to reach (${found.aims.length})`),
    h('div', { class: 'part-body scroll', tabindex: '0', role: 'region', 'aria-label': 'Aims' }, h('table', null,
      h('thead', null, h('tr', null, ...['What', 'Role', 'Asked for', 'Found', 'Met'].map((text) => h('th', { scope: 'col' }, text)))),
      h('tbody', null, found.aims.map((one) => h('tr', null,
        h('th', { scope: 'row' }, one.what), h('td', null, one.role), h('td', { class: 'nowrap' }, one.asked), h('td', { class: 'nowrap' }, one.text), h('td', null, sign(one.met, ''))))))));
}

/** @param {Row} row */
function remarks(row) {
  const all = [...row.remarks, row.why].filter(Boolean);
  const source = [row.citation, row.where].filter(Boolean).join(', ');
  return [
    all.length ? h('ul', { class: 'plain' }, all.map((text) => h('li', null, text))) : null,
    source ? h('details', { class: 'source' }, h('summary', null, 'source'), source) : null,
  ];
}

/** @param {Evidence} found */
function parameters(found) {
  const all = found.parameters;
  const kinds = KINDS.filter((kind) => all.some((one) => one.kind === kind));
  const groups = [...new Set(all.map((one) => one.group))];
  const sources = [...new Set(all.map((one) => one.source).filter(Boolean))].sort();
  /** @type {PagedTable<Parameter>} */
  const table = new PagedTable('Numbers of the model', [
    { label: 'Name', head: true, class: 'name', by: (one) => one.name, cell: (one) => [h('code', null, one.name), h('small', null, one.label)] },
    { label: 'Value', class: 'nowrap', by: (one) => one.value, cell: (one) => [one.value_text, one.spread_text ? h('small', null, one.spread_text) : null] },
    { label: 'Kind', by: (one) => one.kind, cell: (one) => h('span', { class: `tag ${one.kind}` }, one.kind) },
    { label: 'Part of', by: (one) => one.group, cell: (one) => one.group },
    { label: 'Source', class: 'long', by: (one) => one.source || null, cell: (one) => [one.citation || one.source, one.where ? h('small', null, one.where) : null, one.note ? h('small', null, one.note) : null] },
  ]);
  const kind = choice('parameter-kind', 'Kind', [['', 'all'], ...kinds.map((one) => [one, one])], filter);
  const group = choice('parameter-group', 'Part of', [['', 'all'], ...groups.map((one) => [one, one])], filter);
  const source = choice('parameter-source', 'Source', [['', 'all'], ...sources.map((one) => [one, one])], filter);
  const search = h('input', { type: 'search', id: 'parameter-search', oninput: filter });
  filter();
  return [
    kindBar(kinds.map((one) => [one, all.filter((parameter) => parameter.kind === one).length])),
    h('div', { class: 'tools' }, kind.label, group.label, source.label, h('label', { class: 'choice', for: 'parameter-search' }, h('span', null, 'Search'), search)),
    table.element,
  ];

  function filter() {
    const words = search.value.trim().toLowerCase().split(/\s+/);
    table.show(all.filter((one) => {
      const text = [one.name, one.label, one.note, one.citation, one.group].join(' ').toLowerCase();
      return (!kind.value() || one.kind === kind.value()) && (!group.value() || one.group === group.value())
        && (!source.value() || one.source === source.value()) && words.every((word) => text.includes(word));
    }));
  }
}

/** How many numbers are of each kind, as parts of one bar with the counts in words.
 * @param {(readonly [string, number])[]} counts
 */
function kindBar(counts) {
  const all = counts.reduce((sum, [, n]) => sum + n, 0);
  return h('figure', { class: 'kind-bar' },
    h('div', { class: 'kind-parts', 'aria-hidden': 'true' }, counts.map(([kind, n]) => h('span', { class: kind, style: { 'flex-grow': String(n) } }))),
    h('figcaption', null, counts.map(([kind, n]) => h('span', { class: `kind-count ${kind}` }, h('b', null, `${n}`), ` ${kind} (${Math.round((100 * n) / all)} %)`))));
}

/** @param {string} label @param {Count | undefined} count */
function score(label, count) {
  return count ? h('div', null, h('dt', null, label), h('dd', null, h('b', null, count.compared ? `${Math.round((100 * count.inside) / count.compared)} %` : 'none'), h('small', null, count.text))) : null;
}

/** @param {boolean | null} met @param {string} verdict */
function sign(met, verdict) {
  if (met === null) return h('span', { class: 'sign open' }, '– not compared');
  return h('span', { class: `sign ${met ? 'yes' : 'no'}` }, met ? '✓ met' : '✗ missed', verdict && !met ? h('small', null, verdict.replace(/^outside: /, '')) : null);
}

/** @param {string} id @param {string} words @param {string[][]} options @param {() => void} onchange */
function choice(id, words, options, onchange) {
  const select = h('select', { id, onchange }, options.map(([value, text]) => h('option', { value }, text)));
  return { label: h('label', { class: 'choice', for: id }, h('span', null, words), select), value: () => select.value };
}

/** @param {object[]} rows */
function csv(rows) {
  const names = Object.keys(rows[0] ?? {});
  /** @param {unknown} value */
  const cell = (value) => {
    const text = Array.isArray(value) ? value.join('; ') : value === null || value === undefined ? '' : String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [names.join(','), ...rows.map((row) => names.map((name) => cell(/** @type {any} */ (row)[name])).join(','))].join('\n');
}
