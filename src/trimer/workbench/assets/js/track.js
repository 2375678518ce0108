// @ts-check
/**
 * The infusion rate over time as it is planned, with handles: rates move up and down, the step, the end of an infusion
 * and the next cycle to and fro. Each handle is a slider for the keyboard as well.
 */

import { controls, fitted, keyed } from './controls.js';
import { fill, h, set, svg } from './dom.js';
import { schedule } from './plan.js';

/** @typedef {import('./controls.js').Control} Control */
/** @typedef {import('./plan.js').Draft} Draft */
/** @typedef {ReturnType<typeof schedule>} Cycles */
/** @typedef {{control: Control, day: number, rate: number, origin: number, part: number, upright: boolean, name: string, shape: string}} Grip
 * where a handle stands; days count from `origin`, and `part` of them make one of the control's */

const HEIGHT = 232;
const LEFT = 44;
const RIGHT = 12;
const TOP = 26;
const FOOT = 56; // axis and the strip of all cycles
const STRIP = 10;

export class Track {
  /** @param {{onedit: (draft: Draft, done: boolean) => void}} listeners */
  constructor(listeners) {
    this.listeners = listeners;
    /** @type {Draft | null} */
    this.draft = null;
    this.days = 42;
    this.horizon = 55;
    this.top = 40;
    this.width = 0;
    this.dragged = '';
    this.end = () => {}; // of what is dragged
    this.back = svg('g', { 'aria-hidden': 'true' });
    this.front = svg('g');
    this.plot = svg('svg', { class: 'track', role: 'group', 'aria-label': 'Planned infusion rate over time, with handles' }, this.back, this.front);
    this.element = h('div', { class: 'track-place' }, this.plot);
    /** @type {Map<string, SVGGElement>} */
    this.handles = new Map();
    this.watcher = new ResizeObserver(([entry]) => this.#fit(Math.floor(entry.contentRect.width)));
    this.watcher.observe(this.element);
  }

  /** @param {Draft} draft @param {number} days  that the course is simulated for */
  draw(draft, days) {
    this.draft = draft;
    this.days = days;
    if (!this.dragged) {
      const [first] = draft.blocks;
      this.horizon = Math.max(days, 1.32 * (first.infusion + first.rest));
      this.top = Math.max(40, 20 * Math.ceil((1.25 * Math.max(...draft.rates)) / 20));
    }
    if (this.width) this.#render();
  }

  destroy() {
    this.watcher.disconnect();
  }

  /** @param {number} width */
  #fit(width) {
    if (!width || width === this.width) return;
    this.width = width;
    set(this.plot, { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}` });
    if (this.draft) this.#render();
  }

  /** @param {number} day */
  #x(day) {
    return LEFT + (day / this.horizon) * (this.width - LEFT - RIGHT);
  }

  /** @param {number} rate */
  #y(rate) {
    return HEIGHT - FOOT - (rate / this.top) * (HEIGHT - FOOT - TOP);
  }

  #render() {
    const draft = /** @type {Draft} */ (this.draft);
    const cycles = schedule(draft, this.horizon);
    fill(this.back, ...this.#axes(), ...cycles.flatMap((one) => this.#cycle(draft, one)), ...this.#strip(draft));
    this.#grips(draft, cycles);
  }

  #axes() {
    const bottom = this.#y(0);
    const end = this.width - RIGHT;
    const every = this.horizon > 200 ? 56 * Math.ceil(this.horizon / 560) : this.horizon > 90 ? 28 : this.width < 420 ? 14 : 7;
    const shown = Array.from({ length: Math.floor(this.horizon / every) + 1 }, (_, i) => i * every);
    const rates = [0, this.top / 4, this.top / 2, (3 * this.top) / 4, this.top];
    return [
      ...rates.map((rate) => svg('line', { class: 'grid', x1: LEFT, x2: end, y1: this.#y(rate), y2: this.#y(rate) })),
      ...rates.map((rate) => svg('text', { class: 'tick', x: LEFT - 6, y: this.#y(rate) + 4, 'text-anchor': 'end' }, rate)),
      ...shown.map((day) => svg('text', { class: 'tick', x: this.#x(day), y: bottom + 16, 'text-anchor': 'middle' }, day)),
      svg('text', { class: 'tick', x: 0, y: 11 }, 'µg/day'),
      svg('text', { class: 'tick', x: end, y: bottom + 30, 'text-anchor': 'end' }, 'day'),
      this.days < this.horizon ? svg('line', { class: 'until', x1: this.#x(this.days), x2: this.#x(this.days), y1: TOP - 20, y2: bottom }) : null,
      this.days < this.horizon ? svg('text', { class: 'tick', x: this.#x(this.days) - 4, y: TOP - 12, 'text-anchor': 'end' }, 'simulated until here') : null,
    ];
  }

  /** @param {Draft} draft @param {Cycles[number]} cycle */
  #cycle(draft, cycle) {
    const bottom = this.#y(0);
    const end = Math.min(cycle.end, this.horizon);
    let path = `M${this.#x(cycle.start)},${bottom}`;
    cycle.steps.forEach(({ day, rate }, i) => {
      if (day > this.horizon) return;
      const until = Math.min(cycle.steps[i + 1]?.day ?? end, end);
      path += `L${this.#x(day)},${this.#y(draft.rates[rate])}L${this.#x(until)},${this.#y(draft.rates[rate])}`;
    });
    path += `L${this.#x(end)},${bottom}Z`;
    const rest = Math.min(cycle.next, this.horizon) - end;
    return [
      svg('path', { class: 'flow', d: path }),
      rest > 0 ? svg('rect', { class: 'rest', x: this.#x(end), y: bottom - 5, width: this.#x(end + rest) - this.#x(end), height: 5 }) : null,
      svg('text', { class: 'cycle', x: this.#x(cycle.start) + (cycle.cycle > 1 ? 10 : 5), y: bottom - 7 }, `cycle ${cycle.cycle}`),
    ];
  }

  /** All cycles, small, so that one sees how long the plan is. @param {Draft} draft */
  #strip(draft) {
    const all = schedule(draft, Infinity);
    const total = all[all.length - 1].next;
    const y = HEIGHT - STRIP - 4;
    const x = (/** @type {number} */ day) => LEFT + (day / total) * (this.width - LEFT - RIGHT);
    const seen = Math.min(this.horizon, total);
    return [
      svg('rect', { class: 'seen', x: LEFT, y: y - 3, width: x(seen) - LEFT, height: STRIP + 6, rx: 3 }),
      ...all.map((one) => svg('rect', { class: 'mini', x: x(one.start), y, width: Math.max(2, x(one.end) - x(one.start) - 1), height: STRIP, rx: 2 })),
      svg('text', { class: 'tick', x: 0, y: y + 10 }, 'all'),
    ];
  }

  /** Put the handles where they belong; they stay the same elements, so that focus and drag survive.
   * @param {Draft} draft @param {Cycles} cycles */
  #grips(draft, cycles) {
    const grips = gripsOf(draft, cycles, this.horizon).filter(({ day, control }) => day <= this.horizon || this.#held(control.key));
    let gone = false;
    for (const [key, handle] of this.handles) {
      if (grips.some(({ control }) => control.key === key)) continue;
      gone ||= key === this.dragged;
      handle.remove();
      this.handles.delete(key);
    }
    for (const grip of grips) this.#place(grip, this.handles.get(grip.control.key) ?? this.#handle(grip));
    if (gone) this.end();
  }

  /** Whether a handle is dragged or has the focus: it stays, at the edge if need be. @param {string} key */
  #held(key) {
    return key === this.dragged || (document.activeElement !== null && document.activeElement === this.handles.get(key));
  }

  /** @param {Grip} grip @param {SVGGElement} handle */
  #place(grip, handle) {
    const { control, name } = grip;
    const value = control.get(/** @type {Draft} */ (this.draft));
    set(handle, {
      transform: `translate(${this.#x(Math.min(grip.day, this.horizon))},${this.#y(Math.min(grip.rate, this.top))})`,
      'aria-label': name,
      'aria-valuemin': control.min,
      'aria-valuemax': control.max,
      'aria-valuenow': value,
      'aria-valuetext': `${value} ${control.unit}`,
    });
    const text = handle.querySelector('text');
    if (text) text.textContent = grip.upright ? `${value}` : `${value} d`;
  }

  /** @param {Grip} grip */
  #handle(grip) {
    const { key } = grip.control;
    const label = svg('text', grip.upright ? { x: 0, y: -14, 'text-anchor': 'middle' } : { x: grip.shape === 'rest' ? -12 : 13, y: 4, 'text-anchor': grip.shape === 'rest' ? 'end' : 'start' });
    const handle = svg(
      'g',
      { class: `grip ${grip.upright ? 'up' : 'across'} ${grip.shape}`, role: 'slider', tabindex: 0, 'aria-orientation': grip.upright ? 'vertical' : 'horizontal', dataset: { key } },
      svg('circle', { class: 'hit', r: 14 }),
      shape(grip.shape),
      label,
    );
    handle.addEventListener('pointerdown', (event) => this.#drag(event, key, handle));
    handle.addEventListener('keydown', (event) => this.#key(event, key));
    this.front.append(handle);
    this.handles.set(key, handle);
    return handle;
  }

  /** @param {PointerEvent} down @param {string} key @param {SVGGElement} handle */
  #drag(down, key, handle) {
    if (down.button) return;
    down.preventDefault();
    handle.focus({ preventScroll: true });
    const start = this.#grip(key);
    if (!start) return;
    this.end();
    handle.setPointerCapture(down.pointerId);
    const box = this.plot.getBoundingClientRect();
    const shift = { x: down.clientX - box.left - this.#x(Math.min(start.day, this.horizon)), y: down.clientY - box.top - this.#y(start.rate) };
    this.dragged = key;
    const move = (/** @type {PointerEvent} */ event) => {
      const at = { x: event.clientX - box.left - shift.x, y: event.clientY - box.top - shift.y };
      const rate = ((HEIGHT - FOOT - at.y) / (HEIGHT - FOOT - TOP)) * this.top;
      const day = ((at.x - LEFT) / (this.width - LEFT - RIGHT)) * this.horizon;
      this.#edit(key, start.upright ? rate : (day - start.origin) / start.part, false);
    };
    const end = () => {
      handle.removeEventListener('pointermove', move);
      handle.removeEventListener('lostpointercapture', end);
      this.end = () => {};
      this.dragged = '';
      if (this.draft) this.listeners.onedit(this.draft, true);
    };
    handle.addEventListener('pointermove', move);
    handle.addEventListener('lostpointercapture', end);
    this.end = end;
  }

  /** @param {KeyboardEvent} event @param {string} key */
  #key(event, key) {
    const grip = this.#grip(key);
    if (!grip || !this.draft || event.altKey || event.ctrlKey || event.metaKey) return;
    const value = keyed(grip.control, grip.control.get(this.draft), event.key);
    if (value === null) return;
    event.preventDefault();
    this.#edit(key, value, true);
  }

  /** @param {string} key @param {number} value @param {boolean} done */
  #edit(key, value, done) {
    const draft = /** @type {Draft} */ (this.draft);
    const control = this.#grip(key)?.control;
    if (!control) return;
    const next = fitted(control, value);
    if (next !== control.get(draft) || done) this.listeners.onedit(control.set(draft, next), done);
  }

  /** @param {string} key */
  #grip(key) {
    const draft = /** @type {Draft} */ (this.draft);
    return gripsOf(draft, schedule(draft, this.horizon), this.horizon).find(({ control }) => control.key === key);
  }
}

/**
 * Return where the handles stand, also beyond a horizon: a rate's in the middle of its first stretch that is seen, the
 * rest where things change.
 *
 * @param {Draft} draft @param {Cycles} cycles @param {number} horizon
 * @returns {Grip[]}
 */
function gripsOf(draft, cycles, horizon) {
  const all = new Map(controls(draft).map((control) => [control.key, control]));
  /** @type {Map<string, Grip>} */
  const found = new Map();
  const add = (/** @type {string} */ key, /** @type {Omit<Grip, 'control'>} */ grip) => {
    const control = all.get(key);
    if (control && !found.has(key)) found.set(key, { ...grip, control });
  };
  for (const { block, cycle, start, end, next, steps } of cycles) {
    const [first, second] = steps;
    if (!first) continue; // of no length
    const top = draft.rates[steps[steps.length - 1].rate];
    steps.forEach(({ day, rate }, i) => {
      const middle = (day + Math.max(day, Math.min(steps[i + 1]?.day ?? end, horizon))) / 2;
      add(`rate-${rate}`, { day: middle, rate: draft.rates[rate], origin: 0, part: 1, upright: true, name: `Rate ${rate + 1}`, shape: 'rate' });
    });
    if (second) {
      const rate = (draft.rates[first.rate] + draft.rates[second.rate]) / 2;
      add('step', { day: second.day, rate, origin: start, part: 1, upright: false, name: 'Step up after', shape: 'step' });
    }
    add(`infusion-${block}`, { day: end, rate: top / 2, origin: start, part: 1, upright: false, name: `Infusion of cycle ${cycle}`, shape: 'infusion' });
    add(`rest-${block}`, { day: next, rate: 0.11 * 40, origin: end, part: 1, upright: false, name: `Rest after cycle ${cycle}`, shape: 'rest' });
  }
  return [...found.values()];
}

/** @param {string} kind */
function shape(kind) {
  if (kind === 'rate') return svg('circle', { class: 'knob', r: 8 });
  if (kind === 'step') return svg('path', { class: 'knob', d: 'M0,-9L9,0L0,9L-9,0Z' });
  return svg('rect', { class: 'knob', x: -5, y: -10, width: 10, height: 20, rx: 4 });
}
