// @ts-check
/** The Schedule view: draw a plan on the left, see on the right what becomes of the subjects while you draw. */

import { ApiError, file, save } from './api.js';
import { fill, h } from './dom.js';
import { Editor } from './editor.js';
import { figureSvg, png } from './figure.js';
import { Live, body } from './live.js';
import { Panels } from './panels.js';
import { same } from './state.js';
import { subjectsForm } from './subjects.js';
import { isDark, onTheme } from './theme.js';
import { Verdicts } from './verdicts.js';

/** @typedef {import('./api.js').Course} Course */
/** @typedef {import('./main.js').App} App */
/** @typedef {import('./state.js').Plan} Plan */

/**
 * @param {HTMLElement} root
 * @param {App} app
 * @returns {Promise<() => void>}
 */
export async function show(root, app) {
  const view = new Schedule(app);
  root.append(...view.elements);
  view.start();
  return () => view.destroy();
}

class Schedule {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    /** @type {Course | null} */
    this.course = null;
    this.failed = false; // whether the error on the page is this view's
    this.panels = new Panels(isDark());
    this.verdicts = new Verdicts();
    this.editor = new Editor(app.library, { onplan: (plan, done, picked) => this.#planned(plan, done, picked) });
    this.form = subjectsForm(app.library, (patch) => this.#patched(patch));
    this.live = new Live({
      oncourse: (course, pinned, question) => this.#drawn(course, pinned, question.done),
      onoutcomes: (outcomes) => this.verdicts.judge(outcomes),
      onbusy: ({ course, outcomes }) => this.#busy(course, outcomes),
      onfault: (error, of) => this.#fault(error, of),
    });
    this.pin = h('button', { type: 'button', id: 'pin', onclick: () => this.#pin() }, 'Pin this plan');
    this.pinned = h('span', { class: 'dim', id: 'pinned' });
    this.who = h('p', { class: 'dim', id: 'who-drawn' });
    const legend = h('p', { class: 'course-legend' }, key('band', '5 to 95 % of subjects'), key('median', 'median'), key('dashed', 'pinned plan, median'));
    const head = h('div', { class: 'course-head' }, h('h2', null, 'Course'), this.pin, this.pinned);
    this.right = h('section', { class: 'course', 'aria-label': 'Course' }, head, this.who, this.verdicts.outside, this.verdicts.cards, legend, this.panels.element, this.verdicts.judged);
    this.elements = [h('div', { class: 'schedule' }, h('div', { class: 'left' }, this.form.element, this.editor.element), this.right)];
    this.offTheme = onTheme(() => this.panels.theme(isDark()));
  }

  start() {
    this.app.on('state', ({ state }) => this.#moved(state));
    this.app.downloads([
      { label: 'Protocol (TOML)', run: () => this.#protocol() },
      { label: 'Course (CSV)', run: () => this.#csv() },
      { label: 'Figure (SVG)', run: () => this.#svg() },
      { label: 'Figure (PNG)', run: () => this.#png() },
      { label: 'Answer (JSON)', run: () => this.#json() },
    ]);
    this.#moved(this.app.state);
  }

  destroy() {
    this.live.destroy();
    this.editor.destroy();
    this.panels.destroy();
    this.offTheme();
  }

  /** Show a state that came from elsewhere, or that this view has set. @param {App['state']} state */
  #moved(state) {
    this.form.show(state);
    this.editor.show(state.plan, state.days);
    this.#pinnedText();
    this.live.ask(state, state.plan, true);
  }

  /** @param {Plan} plan @param {boolean} done @param {boolean} picked */
  #planned(plan, done, picked) {
    if (!done) return this.live.ask(this.app.state, plan, false);
    performance.mark('trimer:release');
    const before = this.app.state;
    this.app.set(picked ? { plan, pinned: plan } : { plan }, { push: picked });
    if (this.app.state === before) this.live.ask(before, plan, true);
  }

  /** @param {Partial<App['state']>} patch */
  #patched(patch) {
    performance.mark('trimer:release');
    this.app.set(patch, { push: true });
  }

  #pin() {
    this.app.set({ pinned: this.editor.plan }, { push: true });
    this.app.say('Pinned: from now on the grey dashed lines and the differences refer to this plan.');
  }

  #pinnedText() {
    const { plan, pinned } = this.app.state;
    this.pin.disabled = same(plan, pinned);
    fill(this.pinned, `Pinned: ${same(plan, pinned) ? 'this plan' : named(pinned, this.app)}`);
  }

  /** @param {Course} course @param {Course | null} pinned @param {boolean} done */
  #drawn(course, pinned, done) {
    this.course = course;
    const other = pinned && pinned.key !== course.key ? pinned : null;
    this.panels.draw(course, other);
    this.verdicts.course(course, other);
    this.editor.refused(null);
    this.right.classList.remove('stale');
    if (this.failed) this.app.fail(null);
    this.failed = false;
    const lost = course.failed ? ` ${course.failed} could not be solved and are left out.` : '';
    const { subjects } = this.app.state;
    const within = subjects.kind === 'population' && subjects.within.length ? ` with ${subjects.within.join(', ').replaceAll('marrow_blast_percent', 'marrow blasts').replaceAll('>=', '≥')}` : '';
    const said = `${sentence(named(this.editor.plan, this.app))}. Subjects: ${course.who}${within}.${lost}`;
    if (this.who.textContent !== said) this.who.textContent = said;
    requestAnimationFrame(() => {
      const { dataset } = document.body;
      dataset.redraws = String(Number(dataset.redraws ?? 0) + 1);
      if (!done || !performance.getEntriesByName('trimer:release').length) return;
      performance.measure('trimer:redraw', 'trimer:release');
      performance.clearMarks('trimer:release');
    });
  }

  /** @param {boolean} course @param {boolean} outcomes */
  #busy(course, outcomes) {
    this.panels.element.setAttribute('aria-busy', String(course));
    this.verdicts.wait(outcomes);
  }

  /** @param {unknown} error @param {'course' | 'outcomes'} of */
  #fault(error, of) {
    const planned = error instanceof ApiError && error.status === 400 && !/^(subjects|draws|seed|days)/.test(error.where);
    if (planned) this.editor.refused(/** @type {ApiError} */ (error));
    else this.app.fail(error);
    this.failed ||= !planned;
    if (of === 'course') this.right.classList.add('stale');
  }

  async #protocol() {
    const plan = this.editor.plan;
    save(await file('/api/protocol.toml', { plan }), `${typeof plan === 'string' ? plan : 'schedule'}.toml`);
  }

  async #csv() {
    save(await file('/api/course.csv', body(this.app.state, this.editor.plan)), `course-${this.course?.key ?? ''}.csv`);
  }

  #figure() {
    const { course } = this;
    if (!course) throw new Error('There is no course yet.');
    const { library } = this.app;
    return figureSvg(this.panels.panels, this.panels.times, {
      title: sentence(named(this.editor.plan, this.app)),
      under: [`${course.who}.`, `Band: 5 to 95 % of subjects; line: median; grey dashed: pinned plan (${named(this.app.state.pinned, this.app)}).`, ...course.outside],
      foot: [library.notice, `Trimer ${library.version}, question ${course.key}, seed ${this.app.state.seed}`, location.href],
    });
  }

  #svg() {
    save(this.#figure(), `course-${this.course?.key}.svg`, 'image/svg+xml');
  }

  async #png() {
    save(await png(this.#figure()), `course-${this.course?.key}.png`);
  }

  #json() {
    const { library, state } = this.app;
    const said = { version: library.version, notice: library.notice, link: location.href, question: body(state, this.editor.plan), pinned: state.pinned, course: this.course, outcomes: this.verdicts.outcomes };
    save(JSON.stringify(said, null, 1), `answer-${this.course?.key}.json`, 'application/json');
  }
}

/** @param {Plan} plan @param {App} app */
function named(plan, app) {
  if (plan === null) return 'no treatment';
  const name = typeof plan === 'string' ? plan : plan.extends;
  const label = [...app.library.protocols, ...app.library.regimens].find((one) => one.name === name)?.label ?? name;
  return typeof plan === 'string' ? label : `a change of “${label}”`;
}

/** @param {string} text */
function sentence(text) {
  return text[0].toUpperCase() + text.slice(1);
}

/** @param {string} kind @param {string} text */
function key(kind, text) {
  return h('span', { class: 'course-key' }, h('i', { class: kind, 'aria-hidden': 'true' }), text);
}
