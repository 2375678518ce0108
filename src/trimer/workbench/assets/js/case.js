// @ts-check
/** The Case view: a record as a timeline, judged by a choice of criteria, with what the label then does. */

import { ApiError, file, get, save } from './api.js';
import { details } from './details.js';
import { fill, h } from './dom.js';
import { figure } from './drawn.js';
import { consequences, standing } from './label.js';
import { engagerOf } from './rows.js';
import { chosenFrom, record } from './record.js';
import { START } from './state.js';
import { Timeline } from './timeline.js';
import { upload } from './upload.js';

/** @typedef {import('./main.js').App} App */
/** @typedef {import('./case_document.js').CaseDocument} CaseDocument */
/** @typedef {import('./rows.js').Mark} Mark */

const ONCE = 'up to a minute the first time'; // a replay is fitted, and then kept
const FIGURES = [
  { kind: 'course', label: 'The course', ask: ONCE, alt: 'The course over one calendar, as recorded and as the model replays it: therapy, judged states, marrow blasts, lymphocytes, IL-6, temperature and blood counts.' },
  { kind: 'vpc', label: 'Recorded against simulated', alt: 'What the record says of every measured value, against the band that the model gives for this patient.' },
  { kind: 'fish', label: 'Clones', ask: ONCE, alt: 'The leukaemia’s clones over time, as the model reconstructs them, on the scale of their share.' },
];
const LEGEND = [
  ['value', 'a value'], ['inferred', 'read out of words'], ['open', 'not written'], ['arrow', 'bound (<, >)'], ['range', 'interval'],
  ['window', 'earliest to latest date'], ['unwritten', 'dose not written'], ['held', 'held'], ['doubt', 'verdict with something missing'],
];

/**
 * Show the view.
 *
 * @param {HTMLElement} root
 * @param {App} app
 * @returns {Promise<() => void>}
 */
export async function show(root, app) {
  const view = new CaseView(root, app);
  app.on('state', ({ state, before }) => {
    if (state.case !== before.case) void view.open('');
    else if (state.response !== before.response || state.crs !== before.crs) void view.open(before.crs);
  });
  await view.open('');
  return () => view.close();
}

class CaseView {
  /** @param {HTMLElement} root @param {App} app */
  constructor(root, app) {
    this.root = root;
    this.app = app;
    /** @type {Timeline | null} */
    this.timeline = null;
    /** @type {CaseDocument | null} */
    this.found = null;
    this.asked = new AbortController();
    this.id = '';
    this.reading = false;
    this.making = false;
    for (const kind of ['dragover', 'drop']) window.addEventListener(kind, beside, { signal: app.signal });
  }

  close() {
    this.asked.abort();
    this.timeline?.close();
  }

  /** Show the case of the state; the one shown already keeps its place and only its verdicts change.
   * @param {string} before  the CRS scale chosen before, '' if none
   */
  async open(before) {
    this.asked.abort();
    this.asked = new AbortController();
    const { signal } = this.asked;
    const { case: id, response, crs } = this.app.state;
    const query = new URLSearchParams({ response, crs });
    try {
      const found = /** @type {CaseDocument} */ (await get(`/api/cases/${encodeURIComponent(id)}?${query}`, { signal }));
      this.app.fail(null);
      if (this.found && this.id === id) this.#rejudged(found, before);
      else this.#opened(found, id);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status === 404) return this.#missing(id);
      this.app.fail(error);
    }
  }

  /** @param {string} id */
  #missing(id) {
    this.timeline?.close();
    this.found = null;
    this.app.downloads([]);
    const known = /^sha256-/.test(id);
    const lead = known ? 'The server no longer has the record of this link. Open its file once more.' : `There is no case “${id}” in the library.`;
    fill(this.root, h('h2', null, 'Case'), upload((other) => this.#uploaded(other), lead));
  }

  /** @param {string} id */
  #uploaded(id) {
    if (id === this.app.state.case && this.found) return;
    this.reading = true;
    if (id === this.app.state.case) void this.open('');
    else this.app.set({ case: id });
  }

  /** @param {CaseDocument} found @param {string} id */
  #opened(found, id) {
    this.timeline?.close();
    const heading = this.reading || this.root.contains(document.activeElement);
    this.found = found;
    this.id = id;
    this.reading = false;
    const base = `/api/cases/${encodeURIComponent(id)}`;
    this.panel = h('aside', { class: 'card panel', tabindex: '0', 'aria-label': 'Details of the chosen event' });
    this.label = h('div', { class: 'consequences' });
    this.record = h('div', { class: 'record' });
    this.timeline = new Timeline(found, { onpreview: (mark) => this.#detail(mark), onchoose: (mark) => this.#chose(mark) });
    /** @type {Mark | null} */
    this.mark = null;
    fill(this.root,
      this.#head(found, base),
      h('section', { class: 'timeline-section', 'aria-label': 'Timeline' },
        this.#tools(found),
        h('div', { class: 'beside' }, h('div', { class: 'card' }, this.timeline.element, legend()), this.panel)),
      h('section', null, h('h2', null, 'What the label then does'),
        h('p', { class: 'lead' }, 'A scale gives a grade, and the label of the drug acts on the grade: the same events, graded by another scale, can mean another action.'),
        this.label),
      this.record,
      h('section', null, h('h2', null, 'Figures'), h('p', { class: 'lead' }, 'Drawn by the server as by trimer plot, to be kept as SVG, PNG or PDF.'),
        h('p', { class: 'dim judged-by' }, this.#judges()),
        h('div', { class: 'figures' }, FIGURES.map((one) => figure(`${base}/figure`, one)))),
      h('section', null, h('h2', null, 'Your own record'), upload((other) => this.#uploaded(other))));
    this.app.downloads([
      { label: 'Case file (YAML)', run: async () => save(await file(`${base}/case.yaml`), `${found.id}.yaml`) },
      { label: 'Replay report (HTML)', run: () => this.#report(base, found.id) },
    ]);
    this.#detail(null);
    this.#judged(found, '');
    const severe = found.verdicts.crs.find((one) => one.recorded);
    if (severe) this.timeline.choose(severe.visit);
    if (heading) this.root.querySelector('h2')?.focus();
  }

  /** By what the figures and the report judge, as neither knows what is chosen above. */
  #judges() {
    const { response, crs } = this.app.library.criteria;
    /** @param {{name: string, label: string}[]} sets @param {string} name */
    const label = (sets, name) => sets.find((one) => one.name === name)?.label ?? name;
    return `These figures and the replay report judge by ${label(response, START.response)} and ${label(crs, START.crs)}, whatever is chosen above.`;
  }

  /** Keep the replay report as a file, which the server may first have to fit the replay for.
   * @param {string} base @param {string} name
   */
  async #report(base, name) {
    if (this.making) return;
    this.making = true;
    this.app.say(`The replay report is being made (${ONCE}) …`);
    try {
      save(await file(`${base}/report.html`), `${name}.html`);
      this.app.say('The replay report is made.');
    } catch (error) {
      this.app.say('');
      this.app.fail(error);
    } finally {
      this.making = false;
    }
  }

  /** @param {CaseDocument} found @param {string} before */
  #rejudged(found, before) {
    const crs = before && before !== found.crs.name ? before : '';
    this.found = found;
    this.timeline?.update(found);
    this.#detail(this.mark ?? null);
    this.#judged(found, crs);
    for (const [id, name] of [['judge-response', found.response.name], ['judge-crs', found.crs.name]]) {
      const select = /** @type {HTMLSelectElement | null} */ (this.root.querySelector(`#${id}`));
      if (select) select.value = name;
    }
    this.app.say(`Judged by ${found.response.label} and ${found.crs.label}.`);
  }

  /** @param {CaseDocument} found @param {string} before */
  #judged(found, before) {
    const open = new Set([...this.root.querySelectorAll('.record details[open] > summary')].map((one) => one.textContent));
    fill(/** @type {HTMLElement} */ (this.label), consequences(found, before));
    fill(/** @type {HTMLElement} */ (this.record), record(found, standing(found), (event) => this.#go(event)));
    for (const one of this.root.querySelectorAll('.record details > summary')) {
      if (open.has(one.textContent)) /** @type {HTMLDetailsElement} */ (one.parentElement).open = true;
    }
  }

  /** Show an event on the timeline that is named elsewhere on the page.
   * @param {string} event
   */
  #go(event) {
    this.timeline?.choose(event);
    this.timeline?.element.scrollIntoView({ block: 'nearest' });
    this.panel?.focus({ preventScroll: true });
  }

  /** @param {Mark} mark */
  #chose(mark) {
    this.mark = mark;
    this.#detail(mark);
  }

  /** @param {Mark | null} mark  null: what was chosen last */
  #detail(mark) {
    const { found, panel } = this;
    if (!found || !panel) return;
    const shown = mark ?? this.mark;
    if (shown) fill(panel, details(found, shown));
    else {
      fill(panel, h('p', { class: 'kicker' }, 'Details'),
        h('p', null, 'Point at a mark of the timeline, or walk along it with the arrow keys: what the record says of it, its date and how sure it is, and every reason of a verdict stand here.'));
    }
    panel.scrollTop = 0;
  }

  /** @param {CaseDocument} found @param {string} base */
  #head(found, base) {
    const { sex, age, weight, height } = found.patient;
    const size = [weight, height].flatMap((one) => (one ? [`${one.text}${one.kind === 'assumed' ? ' (assumed)' : ''}`] : []));
    const make = (/** @type {Event} */ event) => {
      event.preventDefault();
      void this.#report(base, found.id);
    };
    return h('header', { class: 'case-head' },
      h('h2', { tabindex: '-1' }, found.title),
      h('p', { class: 'meta' }, [sex, age, ...size].filter(Boolean).join(' · '), `. Day 0 is ${found.origin}.`),
      found.citation ? h('p', { class: 'dim' }, found.citation) : null,
      h('p', { class: 'files' },
        h('a', { class: 'file', href: `${base}/case.yaml`, download: `${found.id}.yaml` }, 'Case file'),
        h('a', { class: 'file', href: `${base}/report.html`, download: `${found.id}.html`, title: this.#judges(), onclick: make }, 'Replay report')));
  }

  /** @param {CaseDocument} found */
  #tools(found) {
    const { criteria } = this.app.library;
    const cycle = firstCycle(found);
    const line = /** @type {Timeline} */ (this.timeline);
    /** @param {string} label @param {string} words @param {() => void} run */
    const button = (label, words, run) => h('button', { type: 'button', 'aria-label': words, title: words, onclick: run }, label);
    return h('div', { class: 'tools' },
      chosenFrom('judge-response', 'Response by', criteria.response, found.response.name, (response) => this.app.set({ response })),
      chosenFrom('judge-crs', 'CRS by', criteria.crs, found.crs.name, (crs) => this.app.set({ crs })),
      h('div', { class: 'zoom', role: 'group', 'aria-label': 'What the timeline shows' },
        button('Whole course', 'Show the whole course', () => line.whole()),
        cycle ? button('First engager cycle', 'Show the first engager cycle', () => line.show(cycle[0], cycle[1])) : null,
        button('−', 'Show more of the course', () => line.zoom(1 / 0.6)),
        button('+', 'Show less of the course, larger', () => line.zoom(0.6)),
        button('←', 'Move to earlier', () => line.pan(-0.3)),
        button('→', 'Move to later', () => line.pan(0.3))),
      h('p', { class: 'dim keys', id: 'timeline-keys' }, 'Arrow keys walk along the marks, + and − zoom, 0 shows all; drag to show a stretch.'));
  }
}

/** Return the days of the first cycle of the engager, with a week before and two after it.
 * @param {CaseDocument} found
 * @returns {[number, number] | null}
 */
function firstCycle(found) {
  const engager = engagerOf(found);
  const doses = found.doses.filter((dose) => dose.name === engager).sort((a, b) => a.start_day - b.start_day);
  if (!doses.length) return null;
  let end = doses[0].end_day;
  for (const dose of doses) if (dose.start_day <= end + 10) end = Math.max(end, dose.end_day);
  return [doses[0].start_day - 7, end + 14];
}

/** A file dropped beside the card for it opens nothing, least of all in place of this page.
 * @param {Event} event
 */
function beside(event) {
  const dragged = /** @type {DragEvent} */ (event).dataTransfer;
  if (event.defaultPrevented || !dragged?.types.includes('Files')) return;
  event.preventDefault();
  dragged.dropEffect = 'none';
}

function legend() {
  return h('ul', { class: 'legend', 'aria-label': 'Marks of the timeline' }, LEGEND.map(([kind, words]) =>
    h('li', null, h('span', { class: `key key-${kind}`, 'aria-hidden': 'true' }), words)));
}
