// @ts-check
/**
 * What the server is asked. Every request goes to the page's own origin; what changes or computes is a POST with the
 * header `X-Trimer`, which no other site can send.
 */

/** One thing wrong with what was sent, beside its field.
 * @typedef {{path?: string, line?: number, message?: string, found?: string, expected?: string, hint?: string}} Problem
 */

/** @typedef {{name: string, label: string}} Named */
/** @typedef {{count: number, first: string | number, infusion_days: number, rest_days: number, label: string}} CycleEntry */
/** @typedef {{name: string, do: string, at: string, resume: string, note: string, where: string, when: string, for_days: number}} RuleEntry */
/** @typedef {{drug: string, amount: string, route: string, before_days: number, moments: string[], after_break_days: number}} PremedicationEntry */

/**
 * @typedef {object} ProtocolEntry
 * @property {string} name
 * @property {string} label
 * @property {string} drug
 * @property {(string | number)[]} rates
 * @property {number} step_after_days
 * @property {string} scale
 * @property {CycleEntry[]} cycles
 * @property {PremedicationEntry | null} premedication
 * @property {RuleEntry[]} rules
 * @property {string} dosing  "infusion" or "intermittent"
 */

/**
 * What `/api/library` answers.
 * @typedef {object} Library
 * @property {string} version
 * @property {string} notice
 * @property {{name: string, title: string, twin?: boolean}[]} cases
 * @property {ProtocolEntry[]} protocols
 * @property {Named[]} regimens
 * @property {Named[]} populations
 * @property {{name: string, label: string, arms: any[]}[]} trials
 * @property {{response: Named[], crs: Named[]}} criteria
 */

/** @typedef {{low: number[], mid: number[], high: number[]}} Band  5, 50 and 95 % */
/** @typedef {{low: number, mid: number, high: number}} Range  5, 50 and 95 % */
/** @typedef {Band & {name: string, label: string, unit: string, scale: 'log' | 'linear', floor: number}} PanelData */

/**
 * What `/api/course` answers; times in days since the engager began.
 * @typedef {object} Course
 * @property {number[]} times
 * @property {PanelData[]} panels
 * @property {Band & {unit: string}} rate  on the same times
 * @property {{label: string, scale: string, grades: {grade: number, share: number}[], any: number[], severe: number[]}} crs
 * @property {number} held  share of subjects held at least once
 * @property {number} stopped
 * @property {Range} drug_ug
 * @property {Range} infusion_days
 * @property {string} label
 * @property {string} treatment
 * @property {string} who
 * @property {string} notice
 * @property {number} days
 * @property {number} draws
 * @property {number} failed
 * @property {string[]} outside
 * @property {string} key
 * @property {{solve: number, all: number}} ms
 */

/**
 * @typedef {object} Outcome
 * @property {string} name
 * @property {string} label
 * @property {string} unit
 * @property {string} kind
 * @property {string} text
 * @property {number | null} value
 * @property {number | null} low
 * @property {number | null} high
 * @property {string} better
 * @property {string} note  what is counted
 * @property {{text: string, shown: string} | null} difference
 */

/** What `/api/outcomes` answers.
 * @typedef {{treatment: string, days: number, outcomes: Outcome[], outside: string[], notice: string, against: string | null,
 *   subjects: string, origin: string, crs: string, response: string}} Outcomes
 */

/** What the server refused, or could not do. */
export class ApiError extends Error {
  /**
   * @param {number} status  0 when there was no answer
   * @param {{where?: string, found?: string, expected?: string, hint?: string, text?: string}} error
   * @param {Problem[]} [problems]
   */
  constructor(status, error, problems = []) {
    super(error.text || [error.where, error.found].filter(Boolean).join(': ') || `The server answered ${status}.`);
    this.name = 'ApiError';
    this.status = status;
    this.where = error.where ?? '';
    this.found = error.found ?? '';
    this.expected = error.expected ?? '';
    this.hint = error.hint ?? '';
    this.problems = problems;
  }
}

/** @typedef {{signal?: AbortSignal}} Options */

/**
 * Return the JSON document at a path such as `/api/library`.
 *
 * @param {string} path
 * @param {Options} [options]
 * @returns {Promise<any>}
 */
export async function get(path, options = {}) {
  return (await ask(path, { method: 'GET', signal: options.signal })).json();
}

/**
 * Send a JSON document, return the JSON answer.
 *
 * @param {string} path
 * @param {unknown} [body]
 * @param {Options} [options]
 * @returns {Promise<any>}
 */
export async function post(path, body = {}, options = {}) {
  return (await ask(path, sent(body, options))).json();
}

/**
 * Return what a path answers as a file: with a body by POST, without by GET.
 *
 * @param {string} path
 * @param {unknown} [body]
 * @param {Options} [options]
 * @returns {Promise<Blob>}
 */
export async function file(path, body, options = {}) {
  const request = body === undefined ? { method: 'GET', signal: options.signal } : sent(body, options);
  return (await ask(path, request)).blob();
}

/**
 * Let the browser keep a blob or text as a file.
 *
 * @param {Blob | string} content
 * @param {string} name
 * @param {string} [type]
 */
export function save(content, name, type = 'text/plain') {
  const blob = content instanceof Blob ? content : new Blob([content], { type: `${type};charset=utf-8` });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Whether an error only says that a newer request took the place of this one.
 * @param {unknown} error
 */
export function aborted(error) {
  return error instanceof DOMException && error.name === 'AbortError';
}

/**
 * @param {unknown} body
 * @param {Options} options
 * @returns {RequestInit}
 */
function sent(body, options) {
  const headers = { 'Content-Type': 'application/json', 'X-Trimer': '1' };
  return { method: 'POST', headers, body: JSON.stringify(body), signal: options.signal };
}

/**
 * @param {string} path
 * @param {RequestInit} request
 */
async function ask(path, request) {
  const answer = await fetch(path, { ...request, credentials: 'same-origin', cache: 'no-store' }).catch((error) => {
    if (aborted(error)) throw error;
    const hint = 'Is `trimer serve` still running in its terminal?';
    throw new ApiError(0, { text: `The server does not answer. ${hint}`, hint });
  });
  if (answer.ok) return answer;
  const document = await answer.json().catch(() => ({}));
  throw new ApiError(answer.status, document.error ?? {}, document.problems ?? []);
}
