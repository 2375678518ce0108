// @ts-check
/**
 * Asks for the course while a plan is dragged. One request at a time, the latest wins: while one is under way only the
 * newest question waits; on release whatever else is under way is given up and the answer is asked for at once.
 */

import { ApiError, aborted, post } from './api.js';
import { same } from './state.js';

/** @typedef {import('./api.js').Course} Course */
/** @typedef {import('./api.js').Outcomes} Outcomes */
/** @typedef {import('./state.js').Plan} Plan */
/** @typedef {import('./state.js').State} State */
/** @typedef {{state: Readonly<State>, plan: Plan, key: string, done: boolean, sketch: boolean}} Question  `key` is the text of what is asked */

/**
 * @typedef {object} Listeners
 * @property {(course: Course, pinned: Course | null, question: Question) => void} oncourse
 * @property {(outcomes: Outcomes, question: Question) => void} onoutcomes
 * @property {(busy: {course: boolean, outcomes: boolean}) => void} onbusy
 * @property {(error: unknown, of: 'course' | 'outcomes' | 'pinned', question: Question) => void} onfault
 */

const KEPT = 48; // answers, some 40 kB each
const REST = 70; // ms between sketches, so that a release seldom finds one under way
const PAUSE = 400; // ms after the last change before outcomes are asked for
const SAMPLE = 24; // draws that are enough while something is dragged; all of them on release
const LONG = 180; // days over which outcomes are judged

export class Live {
  /** @param {Listeners} listeners */
  constructor(listeners) {
    this.listeners = listeners;
    /** @type {Map<string, Course>} */
    this.known = new Map();
    /** @type {{question: Question, control: AbortController} | null} */
    this.running = null;
    /** @type {Question | null} */
    this.waiting = null;
    /** @type {Question | null} */
    this.last = null;
    /** @type {{course: Course, question: Question} | null} */
    this.shown = null; // null also when what was asked last was refused
    this.pinning = '';
    this.unpinned = ''; // the question of a pinned plan that was refused
    /** @type {AbortController | null} */
    this.judging = null;
    this.timer = 0;
    this.rest = 0;
  }

  /** @param {Readonly<State>} state @param {Plan} plan @param {boolean} done  whether the change is over */
  ask(state, plan, done) {
    const whole = keyOf(state, plan);
    const known = this.known.get(whole);
    const fast = !done && !known;
    const question = { state, plan, key: fast ? JSON.stringify(sketch(state, plan)) : whole, done, sketch: fast && SAMPLE < state.draws };
    this.last = question;
    this.#outcomesLater(question);
    this.waiting = null;
    if (known) {
      this.running?.control.abort();
      this.#keep(whole, known);
      return this.#answered(known, question);
    }
    if (this.running?.question.key === question.key) {
      const { question: asked } = this.running;
      this.last = Object.assign(asked, { state, plan, done: asked.done || done });
      return;
    }
    if ((this.running || this.rest) && !done) {
      this.waiting = question;
      return;
    }
    this.running?.control.abort();
    clearTimeout(this.rest);
    this.rest = 0;
    void this.#send(question);
  }

  destroy() {
    clearTimeout(this.timer);
    clearTimeout(this.rest);
    this.waiting = null;
    this.running?.control.abort();
    this.judging?.abort();
    this.last = null;
    this.shown = null;
  }

  /** @param {Question} question */
  async #send(question) {
    const running = { question, control: new AbortController() };
    this.running = running;
    this.#busy();
    try {
      const course = /** @type {Course} */ (await post('/api/course', JSON.parse(question.key), { signal: running.control.signal }));
      if (!question.sketch) this.#keep(question.key, course);
      this.#answered(course, question);
    } catch (error) {
      if (!aborted(error) && this.last) {
        if (this.last === question) this.#noOutcomes();
        this.shown = null;
        this.listeners.onfault(error, 'course', question);
      }
    } finally {
      if (this.running === running) {
        this.running = null;
        this.#busy();
        if (!question.done) this.#resting();
      }
    }
  }

  /** Ask the newest question that waits, a little later. */
  #resting() {
    this.rest = setTimeout(() => {
      const next = this.waiting;
      this.waiting = null;
      this.rest = 0;
      if (next) void this.#send(next);
    }, REST);
  }

  /** @param {Course} course @param {Question} question */
  #answered(course, question) {
    if (!this.last) return;
    const { state } = question;
    const key = keyOf(state, state.pinned);
    const pinned = this.known.get(key);
    if (pinned) this.#keep(key, pinned);
    this.shown = { course, question };
    this.listeners.oncourse(course, pinned ?? null, question);
    if (!pinned && key !== question.key) void this.#pinned(question, key);
  }

  /** Ask for the course of the pinned plan, once. @param {Question} question @param {string} key */
  async #pinned(question, key) {
    if (this.pinning === key || this.unpinned === key) return;
    const { state } = question;
    this.pinning = key;
    try {
      const pinned = /** @type {Course} */ (await post('/api/course', body(state, state.pinned)));
      this.#keep(key, pinned);
      const { shown } = this;
      if (!shown || keyOf(shown.question.state, shown.question.state.pinned) !== key) return;
      this.listeners.oncourse(shown.course, pinned, { ...shown.question, done: false });
    } catch (error) {
      if (error instanceof ApiError && error.status === 400) this.unpinned = key;
      if (this.last && keyOf(this.last.state, this.last.state.pinned) === key) this.listeners.onfault(error, 'pinned', question);
    } finally {
      if (this.pinning === key) this.pinning = '';
    }
  }

  /** @param {Question} question */
  #outcomesLater(question) {
    clearTimeout(this.timer);
    this.judging?.abort();
    this.judging = null;
    this.timer = setTimeout(() => void this.#outcomes(question), PAUSE);
    this.#busy();
  }

  /** What has no course has no outcomes. */
  #noOutcomes() {
    clearTimeout(this.timer);
    this.timer = 0;
  }

  /** @param {Question} question */
  async #outcomes(question) {
    const { state, plan } = question;
    if (this.running || this.pinning) {
      this.timer = setTimeout(() => void this.#outcomes(question), PAUSE / 4);
      return;
    }
    const control = new AbortController();
    this.timer = 0;
    this.judging = control;
    this.#busy();
    const against = same(plan, state.pinned) ? false : state.pinned;
    const asked = { ...body(state, plan), days: Math.max(LONG, state.days), response: state.response, against };
    try {
      const outcomes = await post('/api/outcomes', asked, { signal: control.signal });
      if (this.judging === control) this.listeners.onoutcomes(outcomes, question);
    } catch (error) {
      if (!aborted(error) && this.last) this.listeners.onfault(error, 'outcomes', question);
    } finally {
      if (this.judging === control) {
        this.judging = null;
        this.#busy();
      }
    }
  }

  /** Keep an answer; what was used last goes last. @param {string} key @param {Course} course */
  #keep(key, course) {
    this.known.delete(key);
    this.known.set(key, course);
    const [oldest] = this.known.keys();
    if (this.known.size > KEPT) this.known.delete(oldest);
  }

  #busy() {
    this.listeners.onbusy({ course: this.running !== null, outcomes: this.judging !== null || this.timer !== 0 });
  }
}

/**
 * Return the body of a question about a plan.
 *
 * @param {Readonly<State>} state
 * @param {Plan} plan
 */
export function body(state, plan) {
  const { subjects, draws, seed, days, crs } = state;
  return { subjects, draws, seed, days, plan, crs };
}

/** Return the text of a question about a plan. @param {Readonly<State>} state @param {Plan} plan */
export function keyOf(state, plan) {
  return JSON.stringify(body(state, plan));
}

/**
 * Return the body of a question that is asked while a plan is dragged: of fewer draws.
 *
 * @param {Readonly<State>} state
 * @param {Plan} plan
 */
function sketch(state, plan) {
  return { ...body(state, plan), sample: Math.min(SAMPLE, state.draws) };
}
