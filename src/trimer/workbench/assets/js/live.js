// @ts-check
/**
 * Asks for the course while a plan is dragged. One request at a time, the latest wins: while one is under way only the
 * newest question waits; on release whatever else is under way is given up and the answer is asked for at once.
 */

import { aborted, post } from './api.js';
import { same } from './state.js';

/** @typedef {import('./api.js').Course} Course */
/** @typedef {import('./api.js').Outcomes} Outcomes */
/** @typedef {import('./state.js').Plan} Plan */
/** @typedef {import('./state.js').State} State */
/** @typedef {{state: Readonly<State>, plan: Plan, key: string, done: boolean}} Question */

/**
 * @typedef {object} Listeners
 * @property {(course: Course, pinned: Course | null, question: Question) => void} oncourse
 * @property {(outcomes: Outcomes) => void} onoutcomes
 * @property {(busy: {course: boolean, outcomes: boolean}) => void} onbusy
 * @property {(error: unknown, of: 'course' | 'outcomes') => void} onfault
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
    this.pinning = '';
    /** @type {AbortController | null} */
    this.judging = null;
    this.timer = 0;
    this.rest = 0;
  }

  /** @param {Readonly<State>} state @param {Plan} plan @param {boolean} done  whether the change is over */
  ask(state, plan, done) {
    const whole = JSON.stringify(body(state, plan));
    const known = this.known.get(whole);
    const question = { state, plan, key: done || known ? whole : JSON.stringify(sketch(state, plan)), done };
    this.last = question;
    this.#outcomesLater(question);
    this.waiting = null;
    if (known) {
      this.running?.control.abort();
      return this.#answered(known, question);
    }
    if (this.running?.question.key === question.key) {
      this.running.question.done ||= done;
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
  }

  /** @param {Question} question */
  async #send(question) {
    const running = { question, control: new AbortController() };
    this.running = running;
    this.#busy();
    try {
      const course = /** @type {Course} */ (await post('/api/course', JSON.parse(question.key), { signal: running.control.signal }));
      this.#keep(question.key, course);
      this.#answered(course, question);
    } catch (error) {
      if (!aborted(error) && this.last) {
        if (this.last === question) this.#noOutcomes();
        this.listeners.onfault(error, 'course');
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
    const key = JSON.stringify(body(state, state.pinned));
    this.listeners.oncourse(course, this.known.get(key) ?? null, question);
    if (!this.known.has(key)) void this.#pinned(state, key);
  }

  /** Ask for the course of the pinned plan, once. @param {Readonly<State>} state @param {string} key */
  async #pinned(state, key) {
    if (this.pinning === key) return;
    this.pinning = key;
    try {
      this.#keep(key, await post('/api/course', body(state, state.pinned)));
      const course = this.last && this.known.get(this.last.key);
      if (course && this.last) this.listeners.oncourse(course, this.known.get(key) ?? null, { ...this.last, done: false });
    } catch (error) {
      if (this.last) this.listeners.onfault(error, 'course');
    } finally {
      this.pinning = '';
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
  async #outcomes({ state, plan }) {
    if (this.running || this.pinning) {
      this.timer = setTimeout(() => void this.#outcomes({ state, plan, key: '', done: true }), PAUSE / 4);
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
      if (this.judging === control) this.listeners.onoutcomes(outcomes);
    } catch (error) {
      if (!aborted(error) && this.last) this.listeners.onfault(error, 'outcomes');
    } finally {
      if (this.judging === control) {
        this.judging = null;
        this.#busy();
      }
    }
  }

  /** @param {string} key @param {Course} course */
  #keep(key, course) {
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

/**
 * Return the body of a question that is asked while a plan is dragged: of fewer draws.
 *
 * @param {Readonly<State>} state
 * @param {Plan} plan
 */
function sketch(state, plan) {
  return { ...body(state, plan), sample: Math.min(SAMPLE, state.draws) };
}
