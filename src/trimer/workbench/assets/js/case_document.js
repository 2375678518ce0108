// @ts-check
/**
 * What `/api/cases/{id}` answers, as src/trimer/workbench/case_view.py writes it. Days are counted from `origin`.
 * Types only.
 */

/** @typedef {{event: string, kind: string, name: string, detail: string, start_day: number, end_day: number}} Episode */

/**
 * @typedef {object} Value
 * @property {string} observable
 * @property {string} label
 * @property {string} text
 * @property {string | null} absence
 * @property {boolean} inferred
 * @property {string} specimen
 * @property {string} denominator
 * @property {string} method
 * @property {string} note
 */

/**
 * @typedef {object} Item
 * @property {string} id
 * @property {number} number
 * @property {string} lane
 * @property {string} kind
 * @property {string} label
 * @property {number} start_day
 * @property {number} end_day
 * @property {number | null} earliest_day
 * @property {number | null} latest_day
 * @property {string} date
 * @property {string} end_date
 * @property {string} precision
 * @property {string} date_written
 * @property {string[]} not_before
 * @property {string[]} not_after
 * @property {string} context
 * @property {string} with
 * @property {Value[]} values
 * @property {{what: string, text: string}[]} given
 * @property {Episode[]} episodes
 * @property {string} conclusion
 * @property {{id: string, text: string}[]} ambiguities
 * @property {string[]} notes
 */

/**
 * @typedef {object} Dose
 * @property {string} event
 * @property {string} drug
 * @property {string} name
 * @property {string} route
 * @property {number} start_day
 * @property {number} end_day
 * @property {number | null} earliest_day
 * @property {number | null} latest_day
 * @property {number | null} value
 * @property {string} unit
 * @property {boolean} infusion
 * @property {string} text
 * @property {string} detail
 */

/**
 * @typedef {object} Point
 * @property {string} event
 * @property {number} day
 * @property {string} date
 * @property {number | null} earliest_day
 * @property {number | null} latest_day
 * @property {number | null} low
 * @property {number | null} high
 * @property {string} comparator
 * @property {string} text
 * @property {boolean} inferred
 */

/** @typedef {{observable: string, label: string, unit: string, log: boolean, floor: number, points: Point[]}} Series */

/**
 * @typedef {object} Decision
 * @property {string} label
 * @property {string} value
 * @property {string} threshold
 * @property {boolean | null} met
 * @property {string} provenance
 * @property {string} source
 */

/**
 * @typedef {object} Verdict
 * @property {string} set
 * @property {'response' | 'crs'} subject
 * @property {string} visit
 * @property {string} label
 * @property {number} day
 * @property {string} date
 * @property {string} category
 * @property {string} headline
 * @property {'good' | 'bad' | 'warn' | 'neutral'} tone
 * @property {string[]} possible
 * @property {string} reason
 * @property {string} supported_by
 * @property {Decision[]} decided_by
 * @property {string[]} missing
 * @property {string[]} conventions
 * @property {string} pending
 * @property {boolean} unverified
 * @property {string} grade_text
 * @property {boolean} recorded
 * @property {number | null} onset_day
 * @property {number | null} resolved_day
 */

/** @typedef {{grade: number | string, action: string, met: boolean | null, words: string, provenance: string, source: string, note: string}} Path */

/**
 * @typedef {object} ScaleRow
 * @property {string} scale
 * @property {string} label
 * @property {boolean} chosen
 * @property {string} episode
 * @property {string} grade_text
 * @property {string} action
 * @property {boolean} same
 * @property {Path[]} paths
 * @property {string} status
 * @property {string} text
 * @property {string[]} missing
 */

/** @typedef {{episode: string, exposure: number, onset_day: number, treatment_day: number | null, label: string, chosen: string, rows: ScaleRow[]}} Matrix */

/**
 * @typedef {object} LabelFinding
 * @property {number} exposure
 * @property {string} rule
 * @property {string} status
 * @property {string} text
 * @property {string[]} events
 */

/**
 * @typedef {object} Label
 * @property {string} scale_label
 * @property {{name: string, title: string}[]} versions
 * @property {{exposure: number, number: number, date: string, start_day: number, infusion_days: number | null}[]} cycles
 * @property {LabelFinding[]} findings
 * @property {Record<string, number>} counts
 * @property {string[]} doubts
 */

/** @typedef {{value: unknown, text: string, reason: string}} Said */

/**
 * @typedef {object} Line
 * @property {number} number
 * @property {string} kind
 * @property {number | null} salvage
 * @property {string} start
 * @property {string} end
 * @property {{name: string}[]} treatments
 * @property {Said} began
 * @property {Said} best
 * @property {Said} refractory
 */

/** @typedef {{rule: string, title: string, severity: 'warning' | 'information', found: string, why: string, held: string, events: string[]}} Finding */

/**
 * @typedef {object} CaseDocument
 * @property {string} id
 * @property {string} title
 * @property {string} citation
 * @property {{sex: string, age: string, weight: Measure, height: Measure}} patient
 * @property {string} origin
 * @property {{start_day: number, end_day: number}} span
 * @property {{name: string, label: string, citation: string}} response
 * @property {{name: string, label: string, citation: string}} crs
 * @property {{id: string, label: string, items: Item[]}[]} lanes
 * @property {Dose[]} doses
 * @property {Episode[]} episodes
 * @property {Series[]} readings
 * @property {{response: Verdict[], crs: Verdict[]}} verdicts
 * @property {Label} label
 * @property {Matrix[]} matrix
 * @property {{lines: Line[], status: string}} lines
 * @property {{id: string, event: string, text: string}[]} ambiguities
 * @property {string[]} assumed
 * @property {Finding[]} findings
 */

/** @typedef {{text: string, kind: string, note: string} | null} Measure */

export {};
