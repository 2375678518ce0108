// @ts-check
/** The list of jobs: how far each is, and what can be done with it. Asked for while one runs. */

import { get, post } from './api.js';
import { fill, h, set } from './dom.js';

/**
 * @typedef {object} Job
 * @property {string} id
 * @property {string} kind
 * @property {string} title
 * @property {'waiting' | 'running' | 'done' | 'cancelled' | 'failed' | 'interrupted'} state
 * @property {string} stage
 * @property {number} share
 * @property {number} seconds
 * @property {string | null} error
 * @property {Record<string, any>} settings
 */

const PAUSE = 500; // ms between two questions while something runs
const LONGEST = 5000; // ms between two while there is no answer
const TONES = { waiting: 'neutral', running: 'fitted', done: 'good', cancelled: 'neutral', failed: 'bad', interrupted: 'warn' };

export class JobList {
  /**
   * @param {{onopen: (job: Job) => void, onchange: (jobs: Job[]) => void, onfail: (error: unknown) => void}} listeners
   */
  constructor(listeners) {
    this.listeners = listeners;
    /** @type {Job[]} */
    this.jobs = [];
    /** @type {Map<string, Entry>} */
    this.entries = new Map();
    this.timer = 0;
    this.pause = PAUSE;
    this.asked = new AbortController();
    this.list = h('ul', { class: 'jobs' });
    this.none = h('p', { class: 'dim' }, 'No trial has been run yet.');
    this.said = h('p', { class: 'unseen', role: 'status' });
    this.element = h('div', null, this.said, this.none, this.list);
  }

  close() {
    clearTimeout(this.timer);
    this.asked.abort();
    this.closed = true;
  }

  /** Ask how the jobs stand, and again as long as one waits or runs. */
  async refresh() {
    clearTimeout(this.timer);
    this.asked.abort();
    this.asked = new AbortController();
    const { signal } = this.asked;
    try {
      const answer = await get('/api/jobs', { signal });
      if (this.pause > PAUSE) this.listeners.onfail(null);
      this.pause = PAUSE;
      this.#show(/** @type {Job[]} */ (answer.jobs).filter((job) => job.kind === 'trial'));
    } catch (error) {
      if (signal.aborted) return;
      this.pause = Math.min(2 * this.pause, LONGEST);
      this.listeners.onfail(error);
    }
    if (!this.closed && (this.pause > PAUSE || this.jobs.some(active))) this.timer = window.setTimeout(() => void this.refresh(), this.pause);
  }

  /** Mark the job whose result is shown.
   * @param {string} id
   */
  choose(id) {
    for (const [key, entry] of this.entries) set(entry.element, { 'aria-current': key === id ? 'true' : null });
  }

  /** @param {Job[]} jobs */
  #show(jobs) {
    const before = new Map(this.jobs.map((job) => [job.id, job.state]));
    this.jobs = jobs;
    this.none.hidden = jobs.length > 0;
    for (const id of this.entries.keys()) {
      if (!jobs.some((job) => job.id === id)) {
        this.entries.get(id)?.element.remove();
        this.entries.delete(id);
      }
    }
    jobs.forEach((job, i) => {
      const entry = this.entries.get(job.id) ?? this.#entry(job);
      entry.update(job);
      if (this.list.children[i] !== entry.element) this.list.insertBefore(entry.element, this.list.children[i] ?? null);
      const was = before.get(job.id);
      if (was && was !== job.state) fill(this.said, `${job.title}: ${job.state}`);
    });
    this.listeners.onchange(jobs);
  }

  /** @param {Job} job */
  #entry(job) {
    const entry = new Entry(job, this.listeners.onopen, (verb) => this.#ask(job.id, verb));
    this.entries.set(job.id, entry);
    return entry;
  }

  /** @param {string} id @param {string} verb */
  async #ask(id, verb) {
    await post(`/api/jobs/${id}/${verb}`).catch((error) => this.listeners.onfail(error));
    await this.refresh();
  }
}

/** One job; its nodes stay, so that neither focus nor reading place is lost while it runs. */
class Entry {
  /** @param {Job} job @param {(job: Job) => void} onopen @param {(verb: string) => void} onask */
  constructor(job, onopen, onask) {
    this.job = job;
    this.state = h('span', { class: 'tag' });
    this.bar = h('progress', { max: '1', 'aria-label': `Progress of ${job.title}` });
    this.stage = h('p', { class: 'dim' });
    /** @param {string} label @param {() => void} run */
    const button = (label, run) => h('button', { type: 'button', 'aria-label': `${label}: ${job.title}`, onclick: run }, label);
    this.open = button('Show result', () => onopen(this.job));
    this.cancel = button('Cancel', () => onask('cancel'));
    this.resume = button('Resume', () => onask('resume'));
    this.element = h('li', { class: 'job' },
      h('div', { class: 'job-head' }, h('b', null, job.title), this.state),
      h('small', null, `seed ${job.settings.seed}`),
      this.bar, this.stage, h('div', { class: 'files' }, this.open, this.cancel, this.resume));
  }

  /** @param {Job} job */
  update(job) {
    const had = document.activeElement;
    this.job = job;
    fill(this.state, job.state);
    this.state.className = `tag ${TONES[job.state]}`;
    this.bar.value = job.share;
    this.bar.hidden = job.state === 'done';
    const seconds = job.seconds ? `${job.seconds < 10 ? job.seconds.toFixed(1) : Math.round(job.seconds)} s` : '';
    const told = [job.stage, active(job) ? `${Math.round(100 * job.share)} %` : '', seconds].filter(Boolean).join(' · ');
    fill(this.stage, job.error ? h('span', { class: 'fault' }, job.error) : told);
    this.open.hidden = job.state !== 'done';
    this.cancel.hidden = !active(job);
    this.resume.hidden = active(job) || job.state === 'done';
    if (had === this.cancel && this.cancel.hidden) (this.open.hidden ? this.resume : this.open).focus();
    if (had === this.resume && this.resume.hidden) (this.open.hidden ? this.cancel : this.open).focus();
  }
}

/** @param {Job} job */
function active(job) {
  return job.state === 'waiting' || job.state === 'running';
}
