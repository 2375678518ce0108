// @ts-check
/** The editor of a plan: where to start from, the track, the fields; every change can be undone. */

import { fill, h } from './dom.js';
import { Fields } from './fields.js';
import { editable, fromPlan, toPlan } from './plan.js';
import { same } from './state.js';
import { Track } from './track.js';

/** @typedef {import('./api.js').ApiError} ApiError */
/** @typedef {import('./api.js').Library} Library */
/** @typedef {import('./plan.js').Draft} Draft */
/** @typedef {import('./state.js').Plan} Plan */

const NOTHING = '—';
const KEPT = 200; // steps that can be undone

export class Editor {
  /**
   * @param {Library} library
   * @param {{onplan: (plan: Plan, done: boolean, picked: boolean) => void}} listeners
   */
  constructor(library, listeners) {
    this.library = library;
    this.listeners = listeners;
    /** @type {Plan} */
    this.plan = null;
    /** @type {Draft | null} */
    this.draft = null;
    this.days = 42;
    this.bad = false; // whether the server refused the plan
    /** @type {Plan[]} */
    this.past = [];
    /** @type {Plan[]} */
    this.future = [];
    /** @type {Plan} */
    this.settled = null;
    const onedit = (/** @type {Draft} */ draft, /** @type {boolean} */ done) => this.#edited(draft, done);
    this.track = new Track({ onedit });
    this.fields = new Fields(library, { onedit });
    this.undo = h('button', { type: 'button', id: 'undo', title: 'Ctrl+Z', onclick: () => this.#travel(this.past, this.future) }, 'Undo');
    this.redo = h('button', { type: 'button', id: 'redo', title: 'Ctrl+Shift+Z', onclick: () => this.#travel(this.future, this.past) }, 'Redo');
    this.picker = h('select', { id: 'plan-picker', onchange: () => this.#picked() }, ...options(library));
    this.note = h('p', { class: 'note', hidden: true });
    this.fault = h('p', { class: 'fault general', hidden: true });
    this.changed = h('span', { class: 'tag', hidden: true }, 'changed');
    this.element = h(
      'section',
      { class: 'card editor', 'aria-labelledby': 'editor-title', onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) },
      h('div', { class: 'editor-head' }, h('h2', { id: 'editor-title' }, 'Plan'), this.changed, this.undo, this.redo),
      h('label', { class: 'stacked' }, 'Start from', this.picker),
      this.note,
      this.fault,
      this.track.element,
      this.fields.element,
    );
  }

  /** Show a plan that came from elsewhere: a link, or Back. @param {Plan} plan @param {number} days */
  show(plan, days) {
    this.days = days;
    if (same(plan, this.plan) && this.draft) return this.#draw();
    this.plan = plan;
    this.settled = plan;
    this.#draw();
  }

  /** Show what the server found wrong with the plan, beside its field. @param {ApiError | null} error */
  refused(error) {
    const beside = this.fields.fault(error) && this.draft !== null;
    this.bad = error !== null;
    this.fault.hidden = !error || beside;
    fill(this.fault, error && !beside ? error.message : '');
  }

  destroy() {
    this.track.destroy();
  }

  #draw() {
    this.draft = fromPlan(this.plan, this.library);
    const { draft } = this;
    const name = typeof this.plan === 'object' ? (this.plan?.extends ?? NOTHING) : this.plan;
    this.picker.value = name;
    this.changed.hidden = typeof this.plan === 'string' || this.plan === null;
    this.undo.disabled = !this.past.length;
    this.redo.disabled = !this.future.length;
    this.track.element.hidden = this.fields.element.hidden = !draft;
    this.note.hidden = draft !== null;
    fill(this.note, draft ? '' : this.#why(name));
    if (!draft) return;
    this.track.draw(draft, this.days);
    this.fields.draw(draft);
  }

  /** @param {string} name */
  #why(name) {
    if (name === NOTHING) return 'No engager is given. Choose a protocol of the infusion to draw its schedule.';
    const found = this.library.protocols.find((one) => one.name === name);
    if (found?.dosing === 'infusion') return 'This plan has rates or times that the editor does not know, or has none: it cannot be drawn here. Choose where to start from.';
    if (found) return `This protocol is dosed (${found.rates.map((rate) => String(rate)).join(', then ')}), not infused: it is simulated and drawn on the right as it stands, and cannot be edited here.`;
    return 'This is a fixed calendar of doses: it is simulated and drawn on the right as it stands, and cannot be edited here.';
  }

  #picked() {
    const plan = this.picker.value === NOTHING ? null : this.picker.value;
    this.#settle(plan);
    this.refused(null);
    this.#draw();
    this.listeners.onplan(plan, true, true);
  }

  /** @param {Draft} draft @param {boolean} done */
  #edited(draft, done) {
    this.plan = toPlan(draft);
    if (done) this.#settle(this.plan);
    this.#draw();
    this.listeners.onplan(this.plan, done, false);
  }

  /** Keep what there was before, so that one can go back. @param {Plan} plan */
  #settle(plan) {
    this.plan = plan;
    if (same(plan, this.settled)) return;
    this.past.push(this.settled);
    if (this.past.length > KEPT) this.past.shift();
    this.future.length = 0;
    this.settled = plan;
  }

  /** @param {Plan[]} from @param {Plan[]} to */
  #travel(from, to) {
    if (!from.length) return;
    to.push(this.settled);
    this.plan = this.settled = /** @type {Plan} */ (from.pop());
    this.refused(null);
    this.#draw();
    this.listeners.onplan(this.plan, true, false);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || (key !== 'z' && key !== 'y')) return;
    event.preventDefault();
    if (key === 'y' || event.shiftKey) this.#travel(this.future, this.past);
    else this.#travel(this.past, this.future);
  }
}

/** @param {Library} library */
function options(library) {
  const option = (/** @type {{name: string, label: string}} */ { name, label }) => h('option', { value: name }, label);
  return [
    h('optgroup', { label: 'Protocols of the infusion' }, ...library.protocols.filter((one) => editable(one.name, library)).map(option)),
    h('optgroup', { label: 'Protocols of single doses' }, ...library.protocols.filter((one) => !editable(one.name, library)).map(option)),
    h('optgroup', { label: 'Regimens' }, ...library.regimens.map(option)),
    h('optgroup', { label: 'None' }, h('option', { value: NOTHING }, 'No treatment')),
  ];
}
