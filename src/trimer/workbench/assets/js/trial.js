// @ts-check
/** The Trial view: a virtual trial of the library, its design, its run beside the page, and what it found. */

import { file, get, post, save } from './api.js';
import { fill, h } from './dom.js';
import { figure } from './drawn.js';
import { JobList } from './jobs.js';
import { design, endpoints } from './trial_tables.js';

/** @typedef {import('./main.js').App} App */
/** @typedef {import('./jobs.js').Job} Job */
/** @typedef {import('./trial_tables.js').Design} Design */
/** @typedef {{name: string, patients: number, seed: number}} Wanted */

const MOST = 20_000;

/**
 * Show the view.
 *
 * @param {HTMLElement} root
 * @param {App} app
 * @returns {Promise<() => void>}
 */
export async function show(root, app) {
  const view = new TrialView(root, app);
  app.on('state', ({ state, before }) => {
    if (state.trial !== before.trial) view.follow();
  });
  await view.start();
  return () => view.close();
}

class TrialView {
  /** @param {HTMLElement} root @param {App} app */
  constructor(root, app) {
    this.root = root;
    this.app = app;
    this.asked = new AbortController();
    this.shown = '';
    this.broken = ''; // the run whose result could not be read
    const { trials } = app.library;
    const wanted = read(app.state.trial, trials[0].name);
    this.trial = h('select', { id: 'trial-name', onchange: () => this.#typed() }, trials.map((one) => h('option', { value: one.name }, one.label)));
    this.patients = h('input', { id: 'trial-patients', type: 'number', min: '1', max: String(MOST), step: '1', required: true, onchange: () => this.#typed() });
    this.seed = h('input', { id: 'trial-seed', type: 'number', min: '0', max: String(2 ** 53 - 1), step: '1', required: true, onchange: () => this.#typed() });
    this.design = h('div', { class: 'design' });
    this.result = h('section', { class: 'result', 'aria-label': 'Result', tabindex: '-1' });
    this.list = new JobList({ onopen: (job) => this.#chose(job), onchange: (jobs) => this.#jobs(jobs), onfail: (error) => app.fail(error) });
    /** @type {Design | null} */
    this.designed = null;
    this.#set(wanted);
  }

  close() {
    this.asked.abort();
    this.list.close();
  }

  async start() {
    /** @param {string} id @param {string} words @param {HTMLElement} field */
    const choice = (id, words, field) => h('label', { class: 'choice', for: id }, h('span', null, words), field);
    const form = h('form', { class: 'tools', onsubmit: (/** @type {Event} */ event) => this.#submit(event) },
      choice('trial-name', 'Trial', this.trial), choice('trial-patients', 'Virtual patients, in every arm', this.patients), choice('trial-seed', 'Seed', this.seed),
      h('button', { type: 'submit', class: 'primary' }, 'Run the trial'));
    fill(this.root,
      h('h2', null, 'Virtual trial'),
      h('p', { class: 'lead' }, 'Patients of the trial’s population, treated as its arms say and judged by its criteria. The run goes on when this page is closed, and a stopped run can be resumed.'),
      form,
      h('div', { class: 'trial-beside' }, h('div', { class: 'card' }, this.design), h('section', { class: 'card', 'aria-label': 'Runs' }, h('h3', null, 'Runs'), this.list.element)),
      this.result);
    await Promise.all([this.#designed(), this.list.refresh()]);
  }

  /** Show what the link says, after Back or an edited link. */
  follow() {
    this.#set(read(this.app.state.trial, this.trial.value));
    void this.#designed();
    this.#jobs(this.list.jobs);
  }

  /** @param {Wanted} wanted */
  #set({ name, patients, seed }) {
    this.trial.value = name;
    this.patients.value = String(patients);
    this.seed.value = String(seed);
  }

  #wanted() {
    return { name: this.trial.value, patients: Number(this.patients.value), seed: Number(this.seed.value) };
  }

  #typed() {
    if (!this.patients.validity.valid || !this.seed.validity.valid) return;
    this.app.set({ trial: written(this.#wanted()) });
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    const { name, patients, seed } = this.#wanted();
    try {
      await post('/api/jobs', { kind: 'trial', trial: name, patients, seed });
      this.app.fail(null);
      this.app.set({ trial: written({ name, patients, seed }) });
    } catch (error) {
      this.app.fail(error);
    }
    await this.list.refresh();
  }

  async #designed() {
    this.asked.abort();
    this.asked = new AbortController();
    const { signal } = this.asked;
    try {
      this.designed = /** @type {Design} */ (await get(`/api/trials/${this.trial.value}`, { signal }));
      fill(this.design, ...design(this.designed));
    } catch (error) {
      if (!signal.aborted) fill(this.design, h('p', { class: 'fault' }, error instanceof Error ? error.message : String(error)));
    }
  }

  /** Show the result of the run that the link names, once it is done.
   * @param {Job[]} jobs
   */
  #jobs(jobs) {
    const wanted = this.#wanted();
    const job = jobs.find((one) => one.state === 'done' && one.settings.trial === wanted.name
      && one.settings.patients === wanted.patients && one.settings.seed === wanted.seed);
    if (job && job.id === this.broken) return;
    if (job) return void this.#result(job);
    this.shown = '';
    this.list.choose('');
    fill(this.result);
    this.app.downloads([]);
  }

  /** @param {Job} job */
  #chose(job) {
    this.app.set({ trial: written({ name: job.settings.trial, patients: job.settings.patients, seed: job.settings.seed }) });
    void this.#result(job).then(() => this.result.focus());
  }

  /** @param {Job} job */
  async #result(job) {
    this.list.choose(job.id);
    if (this.shown === job.id) return;
    this.shown = job.id;
    this.broken = '';
    const base = `/api/jobs/${job.id}`;
    fill(this.result, h('p', { class: 'dim' }, 'The result is being read …'));
    try {
      const [found, plan] = await Promise.all([get(`${base}/result`), get(`/api/trials/${job.settings.trial}`)]);
      if (this.shown !== job.id) return;
      fill(this.result,
        h('h2', null, job.title),
        h('p', { class: 'files' },
          h('a', { class: 'file', href: `${base}/report.html`, download: `${found.trial}.html` }, 'Report (HTML)'),
          h('a', { class: 'file', href: `${base}/result.json`, download: `${found.trial}.json` }, 'Result (JSON)')),
        ...endpoints(found, plan),
        h('div', { class: 'figures' }, plan.figures.map((/** @type {{name: string, label: string, note: string}} */ one) =>
          figure(`${base}/figure`, { kind: one.name, label: one.label, alt: one.note }))));
      this.app.downloads([
        { label: 'Report (HTML)', run: async () => save(await file(`${base}/report.html`), `${found.trial}.html`) },
        { label: 'Result (JSON)', run: async () => save(await file(`${base}/result.json`), `${found.trial}.json`) },
      ]);
    } catch (error) {
      if (this.shown !== job.id) return;
      this.shown = '';
      this.broken = job.id;
      fill(this.result, h('p', { class: 'fault' }, 'The result could not be read. “Show result” asks for it once more.'));
      this.app.fail(error);
    }
  }
}

/** Say in the link what is run: `mt103_211.400.20161123`.
 * @param {Wanted} wanted
 */
function written({ name, patients, seed }) {
  return `${name}.${patients}.${seed}`;
}

/** @param {string | null} said @param {string} otherwise @returns {Wanted} */
function read(said, otherwise) {
  const match = /^([A-Za-z0-9_-]+)\.(\d{1,5})\.(\d{1,16})$/.exec(said ?? '');
  if (!match) return { name: said && /^[A-Za-z0-9_-]+$/.test(said) ? said : otherwise, patients: 400, seed: 20161123 };
  return { name: match[1], patients: Number(match[2]), seed: Number(match[3]) };
}
