// @ts-check
/**
 * What the page shows, and the link that says it.
 *
 * The state lives in the fragment of the address, `#/<view>?case=<id>&s=<base64url of JSON>`, so that it never reaches
 * a server's log. What a link says is data: it is checked field by field and copied into a new object; anything else
 * is refused with a sentence.
 */

/** @typedef {'case' | 'schedule' | 'trial' | 'evidence'} View */
/** @typedef {{kind: 'twin', case: string, at: string}} Twin */
/** @typedef {{kind: 'population', name: string, within: string[]}} Population */
/** @typedef {Twin | Population} Subjects */
/** @typedef {{count: number, first: string, infusion: string, rest: string, label?: string}} InlineCycle */

/**
 * A protocol of the library with changes, as the server takes it.
 * @typedef {object} InlinePlan
 * @property {string} extends
 * @property {string[]} [rates]
 * @property {string} [step_after]
 * @property {InlineCycle[]} [cycles]
 * @property {Record<string, unknown>} [premedication]
 * @property {string} [scale]
 * @property {string[]} [without_rules]
 * @property {boolean} [without_premedication]
 */

/** Nothing, the name of a protocol or regimen, or a protocol with changes.
 * @typedef {null | string | InlinePlan} Plan
 */

/**
 * @typedef {object} State
 * @property {View} view
 * @property {string} case  name of a bundled case, or `sha256-...` of an uploaded one
 * @property {string} response  name of the response criteria
 * @property {string} crs  name of the CRS scale by which a case is judged
 * @property {Subjects} subjects
 * @property {number} draws
 * @property {number} seed
 * @property {number} days
 * @property {Plan} plan
 * @property {Plan} pinned  the plan that is compared against
 * @property {string | null} trial
 */

/** @type {readonly View[]} */
export const VIEWS = ['case', 'schedule', 'trial', 'evidence'];

/** @type {Readonly<State>} */
export const START = {
  view: 'schedule',
  case: 'linder2016',
  response: 'amg',
  crs: 'astct_2019_crs',
  subjects: { kind: 'twin', case: 'linder2016', at: 'e22' },
  draws: 200,
  seed: 20161123,
  days: 42,
  plan: 'blinatumomab_label_astct_2019',
  pinned: 'blinatumomab_label_astct_2019',
  trial: null,
};

const LONGEST = 24_000; // characters of a link; the longest plan the editor can make is below a tenth of it

/** A link that cannot be read. */
export class LinkError extends Error {}

/**
 * Return the link of a state, beginning with `#/`.
 *
 * @param {State} state
 * @param {string} version  of Trimer, so that a later one can say that it is another
 */
export function link(state, version) {
  const { view, case: id, ...rest } = state;
  const said = { v: version, ...rest };
  return `#/${view}?case=${encodeURIComponent(id)}&s=${encode(JSON.stringify(said))}`;
}

/**
 * Return the state that a fragment says, over the state to start from, and the version that wrote it ('' if none).
 *
 * @param {string} fragment
 * @param {State} [from]
 * @returns {{state: State, version: string}}
 * @throws {LinkError}
 */
export function read(fragment, from = START) {
  if (fragment.length > LONGEST) refuse('it is too long');
  const match = /^#?\/?([a-z]*)(?:\?(.*))?$/s.exec(fragment);
  if (!match) refuse('it has not the form #/view?case=…&s=…');
  const view = /** @type {View} */ (match[1] || from.view);
  if (!VIEWS.includes(view)) refuse(`there is no view “${short(view)}”`);
  const query = new URLSearchParams(match[2] ?? '');
  const id = query.has('case') ? name(query.get('case'), 'case') : from.case;
  const packed = query.get('s');
  if (packed === null) return { state: { ...from, view, case: id }, version: '' };
  const said = object(decode(packed), 's');
  const version = 'v' in said ? text(said.v, 'v', 40) : '';
  return { state: { ...from, view, case: id, ...checked(said) }, version };
}

/** Return the address of this page as it can be given away: without a query, which may hold the access token. */
export function here() {
  return location.origin + location.pathname + location.hash;
}

/** Whether two plans, subjects or states say the same.
 * @param {unknown} one
 * @param {unknown} other
 */
export function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** @type {Record<string, (value: unknown) => unknown>} */
const FIELDS = {
  response: (value) => name(value, 'response'),
  crs: (value) => name(value, 'crs'),
  subjects,
  draws: (value) => whole(value, 'draws', 1, 10_000),
  seed: (value) => whole(value, 'seed', 0, 2 ** 53 - 1),
  days: (value) => whole(value, 'days', 1, 3650),
  plan: (value) => plan(value, 'plan'),
  pinned: (value) => plan(value, 'pinned'),
  trial: (value) => (value === null ? null : name(value, 'trial')),
};

/**
 * @param {Record<string, unknown>} said
 * @returns {Partial<State>}
 */
function checked(said) {
  /** @type {Record<string, unknown>} */
  const found = {};
  for (const [key, value] of Object.entries(said)) {
    if (key === 'v') continue;
    if (!Object.hasOwn(FIELDS, key)) refuse(`it has a field “${short(key)}” that this page does not know`);
    found[key] = FIELDS[key](value);
  }
  return found;
}

/** @param {unknown} value @returns {Subjects} */
function subjects(value) {
  const said = object(value, 'subjects');
  if (said.kind === 'twin') {
    return { kind: 'twin', case: name(said.case, 'subjects.case'), at: said.at === '' ? '' : name(said.at, 'subjects.at') };
  }
  if (said.kind !== 'population') refuse('subjects.kind is neither twin nor population');
  const within = list(said.within ?? [], 'subjects.within', 8).map((item) => text(item, 'subjects.within', 120));
  return { kind: 'population', name: name(said.name, 'subjects.name'), within };
}

/** @param {unknown} value @param {string} where @returns {Plan} */
function plan(value, where) {
  if (value === null) return null;
  if (typeof value === 'string') return name(value, where);
  const said = object(value, where);
  /** @type {InlinePlan} */
  const found = { extends: name(said.extends, `${where}.extends`) };
  for (const [key, item] of Object.entries(said)) {
    const at = `${where}.${key}`;
    if (key === 'extends') continue;
    else if (key === 'rates') found.rates = list(item, at, 12).map((one) => text(one, at, 40));
    else if (key === 'step_after') found.step_after = text(item, at, 40);
    else if (key === 'scale') found.scale = name(item, at);
    else if (key === 'without_premedication') found.without_premedication = item === true;
    else if (key === 'without_rules') found.without_rules = list(item, at, 40).map((one) => text(one, at, 160));
    else if (key === 'premedication') found.premedication = premedication(item, at);
    else if (key === 'cycles') found.cycles = list(item, at, 30).map((one, i) => cycle(one, `${at}[${i}]`));
    else refuse(`${at} is not a field that can be changed`);
  }
  return found;
}

/** @param {unknown} value @param {string} where @returns {InlineCycle} */
function cycle(value, where) {
  const said = object(value, where);
  /** @type {InlineCycle} */
  const found = {
    count: whole(said.count, `${where}.count`, 1, 99),
    first: text(said.first, `${where}.first`, 40),
    infusion: text(said.infusion, `${where}.infusion`, 40),
    rest: text(said.rest, `${where}.rest`, 40),
  };
  if (said.label !== undefined) found.label = text(said.label, `${where}.label`, 120);
  return found;
}

/** @param {unknown} value @param {string} where */
function premedication(value, where) {
  /** @type {Record<string, unknown>} */
  const found = {};
  for (const [key, item] of Object.entries(object(value, where))) {
    if (!/^[a-z_]{1,20}$/.test(key)) refuse(`${where} has a field “${short(key)}”`);
    const at = `${where}.${key}`;
    if (Array.isArray(item)) found[key] = list(item, at, 8).map((one) => text(one, at, 40));
    else found[key] = typeof item === 'number' ? whole(item, at, 0, 99) : text(item, at, 200);
  }
  return found;
}

/** @param {unknown} value @param {string} where */
function name(value, where) {
  const found = text(value, where, 100);
  return /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(found) ? found : refuse(`${where} is “${short(found)}”, no name`);
}

/** @param {unknown} value @param {string} where @param {number} most */
function text(value, where, most) {
  if (typeof value !== 'string') return refuse(`${where} is no text`);
  return value.length <= most ? value : refuse(`${where} is longer than ${most} characters`);
}

/** @param {unknown} value @param {string} where @param {number} least @param {number} most */
function whole(value, where, least, most) {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  return refuse(`${where} is no whole number from ${least} to ${most}`);
}

/** @param {unknown} value @param {string} where @param {number} most @returns {unknown[]} */
function list(value, where, most) {
  if (!Array.isArray(value)) return refuse(`${where} is no list`);
  return value.length <= most ? value : refuse(`${where} has more than ${most} entries`);
}

/** @param {unknown} value @param {string} where @returns {Record<string, unknown>} */
function object(value, where) {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  return refuse(`${where} is no table`);
}

/** @param {string} why @returns {never} */
function refuse(why) {
  throw new LinkError(`The link could not be read: ${why}. The page shows what it showed before, or its start.`);
}

/** @param {string} value */
function short(value) {
  return value.length > 40 ? `${value.slice(0, 40)}…` : value;
}

/** @param {string} plain */
function encode(plain) {
  const bytes = new TextEncoder().encode(plain);
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** @param {string} packed @returns {unknown} */
function decode(packed) {
  try {
    const bytes = Uint8Array.from(atob(packed.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return refuse('what follows s= is cut off or damaged');
  }
}
