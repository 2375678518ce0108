// @ts-check
/** The Schedule view: draw a plan on the left, see on the right what becomes of the subjects while you draw. */

import { ApiError, file, save } from './api.js';
import { fill, h } from './dom.js';
import { Editor } from './editor.js';
import { figureSvg, png } from './figure.js';
import { Live, body, keyOf } from './live.js';
import { Panels } from './panels.js';
import { here, link, same } from './state.js';
import { subjectsForm } from './subjects.js';
import { isDark, onTheme } from './theme.js';
import { Verdicts } from './verdicts.js';

/** @typedef {import('./api.js').Course} Course */
/** @typedef {import('./live.js').Question} Question */
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
    /** @type {{course: Course, question: Question} | null} */
    this.shown = null;
    this.refused = false; // whether the plan as it stands was refused
    this.failed = false; // whether the error on the page is this view's
    this.panels = new Panels(isDark());
    this.verdicts = new Verdicts();
    this.editor = new Editor(app.library, { onplan: (plan, done, picked) => this.#planned(plan, done, picked) });
    this.form = subjectsForm(app.library, (patch) => this.#patched(patch));
    this.live = new Live({
      oncourse: (course, pinned, question) => this.#drawn(course, pinned, question),
      onoutcomes: (outcomes, question) => this.verdicts.judge(outcomes, question, app.library.criteria),
      onbusy: ({ course, outcomes }) => this.#busy(course, outcomes),
      onfault: (error, of, question) => this.#fault(error, of, question),
    });
    this.pin = h('button', { type: 'button', id: 'pin', onclick: () => this.#pin() }, 'Pin this plan');
    this.pinned = h('span', { class: 'dim', id: 'pinned' });
    this.who = h('p', { class: 'dim', id: 'who-drawn' });
    this.sketch = h('span', { class: 'tag sketch off', 'aria-hidden': 'true' });
    this.stale = h('p', { class: 'stale-note', role: 'status', hidden: true });
    this.band = h('span');
    const legend = h('p', { class: 'course-legend' }, key('band', this.band), key('median', 'median'), key('dashed', 'pinned plan, median'));
    const head = h('div', { class: 'course-head' }, h('h2', null, 'Course'), this.pin, this.pinned, this.sketch);
    this.right = h('section', { class: 'course', 'aria-label': 'Course' }, head, this.who, this.stale, this.verdicts.outside, this.verdicts.cards, this.verdicts.under, legend, this.panels.element, this.verdicts.judged);
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
    this.form.refused(null);
    this.editor.show(state.plan, state.days);
    this.#pinnedText();
    this.live.ask(state, state.plan, true);
  }

  /** @param {Plan} plan @param {boolean} done @param {boolean} picked */
  #planned(plan, done, picked) {
    if (!done) return this.live.ask(this.app.state, plan, false);
    performance.mark('trimer:release');
    const before = this.app.state;
    this.app.set({ plan }, { push: picked });
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
    this.pin.disabled = this.refused || same(plan, pinned);
    fill(this.pinned, `Pinned: ${same(plan, pinned) ? 'this plan' : named(pinned, this.app)}`);
  }

  /** @param {Course} course @param {Course | null} pinned @param {Question} question */
  #drawn(course, pinned, question) {
    this.shown = { course, question };
    const other = pinned && pinned.key !== course.key ? pinned : null;
    const whom = whose(question);
    this.panels.draw(course, other);
    this.verdicts.course(course, other, whom);
    this.editor.refused(null);
    this.form.refused(null);
    this.#stale('');
    if (this.failed) this.app.fail(null);
    this.failed = false;
    write(this.who, `${sentence(named(question.plan, this.app))}. Subjects: ${course.who}${limits(question)}.${lost(course)}`);
    write(this.band, `5 to 95 % of ${whom}`);
    this.sketch.classList.toggle('off', !question.sketch);
    if (question.sketch) write(this.sketch, `sketch of ${course.draws}`);
    const { done } = question;
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

  /** @param {unknown} error @param {'course' | 'outcomes' | 'pinned'} of @param {Question} question */
  #fault(error, of, question) {
    const text = error instanceof Error ? error.message : String(error);
    if (of === 'pinned') return void write(this.pinned, `Pinned: ${named(question.state.pinned, this.app)}, which could not be simulated: ${text}`);
    if (of === 'outcomes') return this.verdicts.failed(text);
    const refused = error instanceof ApiError && error.status === 400;
    if (refused && /^(subjects|draws|seed|days)/.test(error.where)) this.form.refused(error);
    else if (refused) this.editor.refused(error);
    else this.app.fail(error);
    this.failed ||= !refused;
    this.#stale(`Not simulated: ${text}`);
  }

  /** Say that what is shown is not what was asked last; '' that it is. @param {string} why */
  #stale(why) {
    const { shown } = this;
    this.refused = why !== '';
    this.right.classList.toggle('stale', this.refused);
    this.stale.hidden = !this.refused;
    if (this.refused) write(this.stale, shown ? `${sentence(why)} What is shown below is still ${named(shown.question.plan, this.app)}, as it was before.` : why);
    this.verdicts.stale(this.refused);
    this.#pinnedText();
  }

  /** Return what is shown, with its question and its link, so that a file never pairs one plan with another's answer. */
  #answer() {
    if (!this.shown) throw new Error('There is no course yet.');
    const { course, question } = this.shown;
    const { state, plan } = question;
    const { version } = this.app.library;
    return { course, question, link: new URL(link({ ...state, plan }, version), here()).href };
  }

  async #protocol() {
    const plan = this.editor.plan;
    save(await file('/api/protocol.toml', { plan }), `${typeof plan === 'string' ? plan : 'schedule'}.toml`);
  }

  async #csv() {
    const { course, question } = this.#answer();
    save(await file('/api/course.csv', body(question.state, question.plan)), `course-${course.key}.csv`);
  }

  #figure() {
    const { course, question, link: address } = this.#answer();
    const { library } = this.app;
    const { state, plan } = question;
    return figureSvg(this.panels.panels, this.panels.times, {
      title: sentence(named(plan, this.app)),
      under: [`${sentence(course.who)}${limits(question)}.${lost(course)}`, `Band: 5 to 95 % of ${whose(question)}; line: median; grey dashed: pinned plan (${named(state.pinned, this.app)}).`, ...course.outside],
      foot: [library.notice, `Trimer ${library.version}, question ${course.key}, seed ${state.seed}`, address],
    });
  }

  #svg() {
    save(this.#figure(), `course-${this.#answer().course.key}.svg`, 'image/svg+xml');
  }

  async #png() {
    save(await png(this.#figure()), `course-${this.#answer().course.key}.png`);
  }

  #json() {
    const { course, question, link: address } = this.#answer();
    const { version, notice } = this.app.library;
    const { state, plan } = question;
    const asked = keyOf(state, plan) === question.key ? body(state, plan) : JSON.parse(question.key); // a sketch has fewer draws
    const said = { version, notice, link: address, question: asked, pinned: state.pinned, course, outcomes: this.verdicts.of(question) };
    save(JSON.stringify(said, null, 1), `answer-${course.key}.json`, 'application/json');
  }
}

/** @param {Plan} plan @param {App} app */
function named(plan, app) {
  if (plan === null) return 'no treatment';
  const name = typeof plan === 'string' ? plan : plan.extends;
  const label = [...app.library.protocols, ...app.library.regimens].find((one) => one.name === name)?.label ?? name;
  return typeof plan === 'string' ? label : `a change of “${label}”`;
}

/** Return of whom shares and bands are. @param {Question} question */
function whose({ state }) {
  return state.subjects.kind === 'twin' ? 'draws of this patient' : 'virtual patients';
}

/** Return the bounds within which virtual patients were drawn. @param {Question} question */
function limits({ state: { subjects } }) {
  if (subjects.kind === 'twin' || !subjects.within.length) return '';
  return ` with ${subjects.within.join(', ').replaceAll('marrow_blast_percent', 'marrow blasts').replaceAll('>=', '≥')}`;
}

/** @param {Course} course */
function lost({ failed }) {
  return failed ? ` ${failed} could not be solved and are left out.` : '';
}

/** Write a text, if it is another. @param {HTMLElement} place @param {string} text */
function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

/** @param {string} text */
function sentence(text) {
  return text[0].toUpperCase() + text.slice(1);
}

/** @param {string} kind @param {import('./dom.js').Child} text */
function key(kind, text) {
  return h('span', { class: 'course-key' }, h('i', { class: kind, 'aria-hidden': 'true' }), text);
}
