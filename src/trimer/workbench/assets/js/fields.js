// @ts-check
/** The numbers of a draft as labelled fields with sliders, its cycles, premedication, scale and rules. */

import { controls, faulty } from './controls.js';
import { fill, h } from './dom.js';
import { MOST_CYCLES, MOST_RATES, cyclesOf, renamed, withBlock, withCycles, withScale, withStep, withoutStep } from './plan.js';

/** @typedef {import('./api.js').ApiError} ApiError */
/** @typedef {import('./api.js').Library} Library */
/** @typedef {import('./controls.js').Control} Control */
/** @typedef {import('./plan.js').Draft} Draft */
/** @typedef {import('./api.js').RuleEntry} RuleEntry */
/** @typedef {{range: HTMLInputElement, number: HTMLInputElement, row: HTMLElement}} Row */

export class Fields {
  /**
   * @param {Library} library
   * @param {{onedit: (draft: Draft, done: boolean) => void}} listeners
   */
  constructor(library, listeners) {
    this.library = library;
    this.listeners = listeners;
    /** @type {Draft | null} */
    this.draft = null;
    this.shape = '';
    /** @type {Map<string, Row>} */
    this.rows = new Map();
    /** @type {ApiError | null} */
    this.error = null;
    /** @type {{rule: RuleEntry, place: HTMLElement}[]} */
    this.told = [];
    this.element = h('div', { class: 'fields' });
  }

  /** @param {Draft} draft */
  draw(draft) {
    this.draft = draft;
    const all = controls(draft);
    const { blocks, without, premedicated, scale, base } = draft;
    const shape = JSON.stringify([base.name, all.map((one) => one.key), blocks.map((one) => [one.count, one.first, one.label]), without, premedicated, scale]);
    if (shape !== this.shape) this.#build(draft, all);
    this.shape = shape;
    for (const control of all) this.#update(control, control.get(draft));
    this.#firsts(draft);
    for (const { rule, place } of this.told) {
      const said = does(rule, draft);
      if (place.textContent !== said) place.textContent = said;
    }
  }

  /** Show a fault beside its field; returns whether there is such a field. @param {ApiError | null} error */
  fault(error) {
    this.error = error;
    for (const place of this.element.querySelectorAll('.fault')) place.remove();
    for (const field of this.element.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid');
    if (!error) return true;
    const place = this.element.querySelector(`[data-field="${faulty(error.where)}"]`);
    if (!place) return false;
    const closed = place.closest('details');
    if (closed) closed.open = true;
    const said = [error.found && `Found ${error.found}.`, error.expected && `Expected ${error.expected}.`, error.hint].filter(Boolean).join(' ');
    place.append(h('p', { class: 'fault', id: 'plan-fault' }, said || error.message));
    for (const field of place.querySelectorAll('input[type=number], select')) {
      field.setAttribute('aria-invalid', 'true');
      field.setAttribute('aria-describedby', 'plan-fault');
    }
    return true;
  }

  /** @param {Draft} draft @param {Control[]} all */
  #build(draft, all) {
    const kept = /** @type {HTMLElement | null} */ (document.activeElement)?.id ?? '';
    const opened = [...this.element.querySelectorAll('details')].map((one) => one.open);
    this.rows.clear();
    const row = (/** @type {string} */ key, /** @type {HTMLElement | null} */ extra = null) => {
      const control = all.find((one) => one.key === key);
      return control ? this.#row(control, extra) : null;
    };
    const last = draft.rates.length - 1;
    fill(
      this.element,
      group('Rates', ...draft.rates.map((_, i) => row(`rate-${i}`, last > 0 ? this.#remove(i) : null)), row('step'), h('button', { type: 'button', id: 'add-step', disabled: last + 1 >= MOST_RATES, onclick: () => this.#edit(withStep) }, 'Add a step')),
      group('Cycles', this.#total(draft), ...draft.blocks.map((block, i) => this.#block(draft, block, i, row, opened[i] ?? i === 0))),
      this.#premedication(draft, row('premedication')),
      this.#rules(draft),
    );
    if (this.error) this.fault(this.error);
    if (kept && document.activeElement === document.body) (document.getElementById(kept) ?? document.getElementById('add-step'))?.focus({ preventScroll: true });
  }

  /** @param {Control} control @param {HTMLElement | null} extra */
  #row(control, extra) {
    const { key, label, min, max, step, unit } = control;
    const limits = { min, max, step };
    const id = `field-${key}`;
    const range = h('input', { type: 'range', ...limits, id: `range-${key}`, 'aria-label': `${label}, ${unit}` });
    const number = h('input', { type: 'number', ...limits, step: 'any', id, inputmode: 'decimal' });
    const apply = (/** @type {HTMLInputElement} */ from, /** @type {boolean} */ done) => {
      if (!this.draft) return;
      const value = from.valueAsNumber;
      const within = Math.min(Number(from.max), Math.max(Number(from.min), value));
      if (Number.isFinite(value) && (done || from.checkValidity())) this.listeners.onedit(control.set(this.draft, within), done);
      else if (done) from.value = String(control.get(this.draft));
    };
    for (const field of [range, number]) {
      field.addEventListener('input', () => apply(field, false));
      field.addEventListener('change', () => apply(field, true));
    }
    const row = h('div', { class: 'row', dataset: { field: key } }, h('label', { for: id }, label), range, number, h('span', { class: 'unit' }, unit), extra);
    this.rows.set(key, { range, number, row });
    return row;
  }

  /** @param {Control} control @param {number} value */
  #update(control, value) {
    const row = this.rows.get(control.key);
    if (!row) return;
    for (const field of [row.range, row.number]) {
      field.min = String(control.min);
      field.max = String(control.max);
      if (field.valueAsNumber !== value && !(field === row.number && field === document.activeElement && field.value === '')) field.value = String(value);
    }
  }

  /** @param {number} i */
  #remove(i) {
    return h('button', { type: 'button', class: 'quiet', id: `remove-${i}`, 'aria-label': `Remove rate ${i + 1}`, onclick: () => this.#edit((draft) => withoutStep(draft, i)) }, '×');
  }

  /** @param {Draft} draft */
  #total(draft) {
    const change = (/** @type {Event} */ event) => {
      const total = /** @type {HTMLInputElement} */ (event.target).valueAsNumber;
      if (Number.isInteger(total) && total >= 1 && total <= MOST_CYCLES) this.#edit((now) => withCycles(now, total));
      else if (this.draft) /** @type {HTMLInputElement} */ (event.target).value = String(cyclesOf(this.draft));
    };
    const field = h('input', { type: 'number', id: 'field-cycles', min: 1, max: MOST_CYCLES, value: String(cyclesOf(draft)), onchange: change });
    return h('div', { class: 'row plain' }, h('label', { for: 'field-cycles' }, 'Number of cycles'), field);
  }

  /**
   * @param {Draft} draft @param {import('./plan.js').Block} block @param {number} i
   * @param {(key: string) => HTMLElement | null} row @param {boolean} open
   */
  #block(draft, block, i, row, open) {
    const from = 1 + draft.blocks.slice(0, i).reduce((sum, one) => sum + one.count, 0);
    const which = block.count > 1 ? `Cycles ${from} to ${from + block.count - 1}` : `Cycle ${from}`;
    const id = `field-first-${i}`;
    const choose = (/** @type {Event} */ event) => this.#edit((now) => withBlock(now, i, { first: Number(/** @type {HTMLSelectElement} */ (event.target).value) }));
    const first = h('select', { id, onchange: choose, dataset: { first: String(i) } });
    return h(
      'details',
      { class: 'block', open },
      h('summary', { id: `block-${i}` }, which, block.label ? h('span', { class: 'dim' }, ` ${block.label}`) : null),
      h('div', { class: 'row plain' }, h('label', { for: id }, 'Begins at'), first),
      row(`infusion-${i}`),
      row(`rest-${i}`),
    );
  }

  /** Keep the texts of the rates to begin with up to date. @param {Draft} draft */
  #firsts(draft) {
    for (const place of this.element.querySelectorAll('select[data-first]')) {
      const select = /** @type {HTMLSelectElement} */ (place);
      const chosen = draft.blocks[Number(select.dataset.first)].first;
      const texts = draft.rates.map((rate) => `${rate} µg/day`);
      if (select.options.length !== texts.length) fill(select, ...texts.map((text, i) => h('option', { value: String(i) }, text)));
      texts.forEach((text, i) => {
        if (select.options[i].text !== text) select.options[i].text = text;
      });
      select.value = String(chosen);
    }
  }

  /** @param {Draft} draft @param {HTMLElement | null} amount */
  #premedication(draft, amount) {
    const before = draft.base.premedication;
    if (!before) return null;
    const flip = (/** @type {Event} */ event) => this.#edit((now) => ({ ...now, premedicated: /** @type {HTMLInputElement} */ (event.target).checked }));
    for (const field of amount?.querySelectorAll('input') ?? []) field.disabled = !draft.premedicated;
    return group(
      'Premedication',
      h('label', { class: 'check' }, h('input', { type: 'checkbox', id: 'field-premedicated', checked: draft.premedicated, onchange: flip }), h('span', null, `${before.drug} before the infusion`)),
      amount,
    );
  }

  /** @param {Draft} draft */
  #rules(draft) {
    const { crs } = this.library.criteria;
    const choose = (/** @type {Event} */ event) => this.#edit((now) => withScale(now, /** @type {HTMLSelectElement} */ (event.target).value, this.library));
    const scales = crs.map(({ name, label }) => h('option', { value: name, selected: name === draft.scale }, label));
    this.told = [];
    const rules = draft.base.rules.map((rule) => {
      const flip = (/** @type {Event} */ event) => {
        const on = /** @type {HTMLInputElement} */ (event.target).checked;
        this.#edit((now) => ({ ...now, without: on ? now.without.filter((one) => one !== rule.name) : [...now.without, rule.name] }));
      };
      const field = h('input', { type: 'checkbox', id: `rule-${rule.name}`, checked: !draft.without.includes(rule.name), onchange: flip });
      const place = h('small', null, does(rule, draft));
      this.told.push({ rule, place });
      return h('label', { class: 'check' }, field, h('span', null, rule.name, place));
    });
    const scale = crs.find((one) => one.name === draft.base.scale)?.label ?? draft.base.scale;
    const apart = draft.scale === draft.base.scale ? null : h('p', { class: 'said' }, `These rules were written for ${scale}; their grades stay as written.`);
    const made = group('Rules', h('div', { class: 'row plain', dataset: { field: 'scale' } }, h('label', { for: 'field-scale' }, 'CRS graded by'), h('select', { id: 'field-scale', onchange: choose }, ...scales)), apart, ...rules);
    made.dataset.field = 'rules';
    return made;
  }

  /** @param {(draft: Draft) => Draft} change */
  #edit(change) {
    if (this.draft) this.listeners.onedit(change(this.draft), true);
  }
}

/** @param {string} title @param {...import('./dom.js').Child} children */
function group(title, ...children) {
  return h('fieldset', null, h('legend', null, title), ...children);
}

/** @param {RuleEntry} rule @param {Draft} draft */
function does(rule, draft) {
  const words = /** @type {Record<string, string>} */ ({
    stop: 'stops treatment for good',
    hold: `holds the infusion until it has resolved${rule.resume ? `, restarts at ${renamed(draft, rule.resume)} µg/day` : ''}`,
    give: 'gives drugs',
    wait: 'waits with the next cycle',
    skip: 'leaves the next cycle out',
  });
  const lasting = rule.for_days ? ` for ${rule.for_days < 3 ? `${Math.round(24 * rule.for_days)} h` : `${rule.for_days} days`}` : '';
  return [`${rule.when}${lasting}`, words[rule.do] ?? rule.do, rule.at === 'cycle end' ? 'asked at the end of a cycle' : ''].filter(Boolean).join('; ');
}
