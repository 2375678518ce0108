/* The loop that leads W patients in lock-step through a kernel, each with its own time, step size, events and rules.
 *
 * Everything with arithmetic on states is in the kernel (vector code); this loop looks after a few numbers a lane: time,
 * step size, next event, next output, next round of the rules. A lane whose patient is finished takes the next one from
 * a queue that all threads share, so that no lane idles. A lane never reads another lane: results do not depend on the
 * batch, lane or threads. Rounds and outputs inside a step are read from its interpolation; a rule that acts ends the
 * step at its round. What rules mean is told in rules.py; machine.py does the same in plain Python.
 *
 * Nobody needs a C compiler: this file is kept beside its LLVM assembly (driver.ll), which is compiled where it runs;
 * `python tools/compile_driver.py` makes that anew, and a test compares. For a GPU this file is compiled as it stands,
 * one lane a thread (see thread.c). Only 8-byte numbers and pointers, so that the assembly serves every 64-bit machine.
 */
#include "driver.h"

#define ORDER 5.0
#define SAFETY 0.9
#define SHRINK 0.2
#define GROW 10.0
#define CALM 1e-4        /* least error remembered by the controller, and the one it starts from */
#define RESOLUTION 1e-14 /* smallest step, relative to time and to the whole time */

#define NO_NUMBER (0.0 / 0.0)

#define EACH_LANE for (i64 lane = 0; lane < W; lane++)

static FN double smaller(double a, double b) { return a < b ? a : b; }
static FN double larger(double a, double b) { return a > b ? a : b; }
static FN double size_of(double a) { return a < 0.0 ? -a : a; }

/* ---- rules ---- */

static FN void begin(const struct context *c, struct lane *l) {
    const struct machine *m = c->machine;
    l->mode = l->grid = l->pending = l->cut = 0;
    l->last = m->start;
    for (i64 r = 0; r < m->n_registers; r++) l->registers[r] = m->registers[r];
    for (i64 k = 0; k < m->n_transitions; k++) l->since[k] = FOREVER;
    l->next = m->n_transitions > 0 ? m->start : FOREVER;
}

/* Add to a state, or set or change an input. */
static FN void act(const struct context *c, i64 lane, i64 what, i64 index, double value) {
    if (what == DO_ADD) {
        AT(c->kernel->y + index) += value;
    } else if (what == DO_SET) {
        AT(c->kernel->inputs + index) = value;
    } else {
        double found = AT(c->kernel->inputs + index) + value;
        AT(c->kernel->inputs + index) = size_of(found) < RESIDUE * size_of(value) ? 0.0 : found;
    }
}

/* Do what was scheduled until now; tell whether anything was. */
static FN int due(const struct context *c, struct lane *l, i64 lane) {
    i64 done = 0;
    while (done < l->pending && l->scheduled[done].time <= l->t) {
        act(c, lane, l->scheduled[done].what, l->scheduled[done].index, l->scheduled[done].value);
        done++;
    }
    for (i64 k = done; done > 0 && k < l->pending; k++) l->scheduled[k - done] = l->scheduled[k];
    l->pending -= done;
    return done > 0;
}

/* Keep a dose for later, behind those of the same time; tell whether there was room. */
static FN int schedule(struct lane *l, double time, i64 what, i64 index, double value) {
    i64 k = l->pending;
    if (k == PENDING) return 0;
    for (; k > 0 && l->scheduled[k - 1].time > time; k--) l->scheduled[k] = l->scheduled[k - 1];
    l->scheduled[k].time = time;
    l->scheduled[k].what = what;
    l->scheduled[k].index = index;
    l->scheduled[k].value = value;
    l->pending++;
    return 1;
}

/* Forget what is scheduled for an input. */
static FN void cancel(struct lane *l, i64 index) {
    i64 kept = 0;
    for (i64 k = 0; k < l->pending; k++)
        if (l->scheduled[k].what == DO_ADD || l->scheduled[k].index != index) l->scheduled[kept++] = l->scheduled[k];
    l->pending = kept;
}

/* Return whether a guard of a register alone holds, now or ``*wait`` days from now if nothing else changes it. */
static FN int in_time(const struct machine *m, const struct lane *l, i64 g, double *wait) {
    i64 r = m->guard_register[g];
    double weight = m->guard_weight[g], value = r >= 0 ? weight * l->registers[r] : 0.0;
    if (m->guard_above[g] ? value >= m->guard_limit[g] - SAME : value < m->guard_limit[g] - SAME) return 1;
    if (r < 0 || !m->runs[r * m->n_modes + l->mode]) return 0;
    if (m->guard_above[g] && weight > 0.0) {
        double left = m->guard_limit[g] / weight - l->registers[r];
        *wait = larger(*wait, left);
        return left < AGES; /* false for NaN */
    }
    return weight < 0.0; /* a clock that counts down: looked at in every round */
}

/* Find the next round at which a rule of this mode could be taken: on the grid, or when the clocks it waits for alone
 * have run out. */
static FN void plan(const struct machine *m, struct lane *l) {
    l->next = FOREVER;
    for (i64 k = 0; k < m->n_transitions; k++) {
        int possible = m->modes[k * m->n_modes + l->mode] != 0, reads = m->lasting[k] > 0.0;
        double wait = 0.0;
        for (i64 g = m->guard[k]; possible && g < m->guard[k + 1]; g++) {
            if (m->guard_signal[g] >= 0)
                reads = 1;
            else
                possible = in_time(m, l, g, &wait);
        }
        if (!possible) continue;
        if (m->lasting[k] > 0.0) wait = 0.0; /* looked at while it waits, so that what lasts is seen to last */
        double then = l->last + wait;
        i64 grid = l->grid;
        if (wait > SAME) { /* the first round of the grid that is not before it */
            i64 number = (i64)((then - SAME - m->start) / m->every);
            if (m->start + (double)number * m->every < then - SAME) number++;
            if (number > grid) grid = number;
        }
        double round = m->start + (double)grid * m->every;
        l->next = smaller(l->next, reads || wait <= SAME || !(then > l->last) || then > round - SAME ? round : then);
    }
}

/* Work out the grades; tell whether a signal is at an edge. */
static FN int look_up(const struct machine *m, struct lane *l) {
    int tied = 0;
    for (i64 k = 0; k < m->n_lookups; k++) {
        i64 cell = 0;
        int unknown = 0;
        for (i64 d = m->lookup_first[k]; d < m->lookup_first[k + 1]; d++) {
            double x = l->signals[m->lookup_signal[d]];
            unknown |= x != x;
            i64 level = 0;
            for (i64 e = m->lookup_edge[d]; e < m->lookup_edge[d + 1]; e++) {
                if (x >= m->edges[e]) level++;
                if (size_of(x - m->edges[e]) <= m->tie * size_of(m->edges[e])) tied = 1;
            }
            cell = cell * (m->lookup_edge[d + 1] - m->lookup_edge[d] + 1) + level;
        }
        l->signals[m->n_signals + k] = unknown ? NO_NUMBER : m->table[m->lookup_table[k] + cell];
    }
    return tied;
}

/* Return whether a guard is met; set ``tied`` when it compares as nearly as the solution is exact. */
static FN int met(const struct machine *m, const struct lane *l, i64 g, int *tied) {
    i64 s = m->guard_signal[g], r = m->guard_register[g];
    double limit = m->guard_limit[g], value = s >= 0 ? l->signals[s] : 0.0;
    if (r >= 0) value += m->guard_weight[g] * l->registers[r];
    if (s >= 0 && s < m->n_signals) {
        if (size_of(value - limit) <= m->tie * larger(size_of(limit), size_of(l->signals[s]))) *tied = 1;
    } else if (s < 0) {
        limit -= SAME; /* a clock that has run out, whatever rounding left */
    }
    return m->guard_above[g] ? value >= limit : value < limit;
}

/* Keep since when the signals of each rule that asks for it have held; tell whether one is at its limit. */
static FN int lasts(const struct machine *m, struct lane *l) {
    int tied = 0;
    for (i64 k = 0; k < m->n_transitions; k++) {
        int holds = 1;
        if (m->lasting[k] == 0.0) continue;
        for (i64 g = m->guard[k]; g < m->guard[k + 1]; g++)
            if (m->guard_signal[g] >= 0 && !met(m, l, g, &tied)) holds = 0;
        if (!holds)
            l->since[k] = FOREVER;
        else if (l->since[k] == FOREVER)
            l->since[k] = l->last;
    }
    return tied;
}

/* Return whether a transition may be taken. */
static FN int holds(const struct machine *m, const struct lane *l, i64 k, int *tied) {
    if (!m->modes[k * m->n_modes + l->mode]) return 0;
    if (m->lasting[k] > 0.0 && l->last - l->since[k] < m->lasting[k] - SAME) return 0;
    for (i64 g = m->guard[k]; g < m->guard[k + 1]; g++)
        if (!met(m, l, g, tied)) return 0;
    return 1;
}

/* Take a transition. */
static FN void fire(const struct context *c, struct lane *l, i64 lane, i64 k) {
    const struct batch *b = c->batch;
    const struct machine *m = c->machine;
    i64 i = l->patient, n = b->fired[i];
    if (!m->quiet[k]) b->fired[i]++;
    if (!m->quiet[k] && n < b->logged) {
        b->fired_time[i * b->logged + n] = l->last;
        b->fired_rule[i * b->logged + n] = k;
    }
    if (m->to[k] >= 0) l->mode = m->to[k];
    for (i64 a = m->action[k]; a < m->action[k + 1]; a++) {
        i64 what = m->action_do[a], index = m->action_index[a];
        double value = m->action_value[a];
        if (what == DO_CANCEL)
            cancel(l, index);
        else if (what == DO_PUT)
            l->registers[index] = value;
        else if (what == DO_COUNT)
            l->registers[index] += value;
        else if (what == DO_KEEP)
            l->registers[index] = l->signals[(i64)value];
        else if (l->last + m->action_delay[a] <= l->last + SAME)
            act(c, lane, what, index, value);
        else if (!schedule(l, l->last + m->action_delay[a], what, index, value))
            b->status[i] = CROWDED;
    }
}

/* Hold a lane's round, whose states and outputs stand in the workspace; tell whether a rule acted.
 * The states acted on are those of the round, so the step ends there. */
static FN int look(const struct context *c, struct lane *l, i64 lane) {
    const struct machine *m = c->machine;
    double t = l->next;
    int acted = 0, tied, missed = m->start + (double)l->grid * m->every < t - SAME;
    for (i64 r = 0; r < m->n_registers; r++)
        if (m->runs[r * m->n_modes + l->mode]) l->registers[r] += t - l->last;
    l->last = t;
    while (m->start + (double)l->grid * m->every <= t + SAME) l->grid++;
    for (i64 k = 0; missed && k < m->n_transitions; k++) l->since[k] = FOREVER; /* nobody looked in between */
    for (i64 s = 0; s < m->n_signals; s++) l->signals[s] = AT(m->rows[s]);
    tied = look_up(m, l);
    tied |= lasts(m, l);
    for (i64 k = 0; k < m->n_transitions; k++) {
        if (!holds(m, l, k, &tied)) continue;
        for (i64 j = 0; !acted && j < c->batch->n_states; j++) AT(c->kernel->y + j) = AT(c->kernel->at + j);
        fire(c, l, lane, k);
        acted = 1;
    }
    c->batch->ties[l->patient] += tied;
    plan(m, l);
    return acted;
}

/* ---- the loop ---- */

/* Give idle lanes the next patients; tell whether any got one. */
static FN int refill(const struct context *c) {
    const struct batch *b = c->batch;
    int filled = 0;
    EACH_LANE {
        struct lane *l = c->lanes + lane;
        if (l->patient >= 0 || b->queue[0] >= b->n_patients) continue;
        i64 i = TAKE(b->queue);
        if (i >= b->n_patients) continue;
        filled = 1;
        l->patient = i, l->t = b->times[0], l->restart = 1;
        l->event = b->first_event[i], l->output = 0, l->trials = 0;
        begin(c, l);
        for (i64 k = 0; k < b->n_states; k++) AT(c->kernel->y + k) = b->y0[i * b->n_states + k];
        for (i64 k = 0; k < b->n_parameters; k++) AT(c->kernel->parameters + k) = b->parameters[i * b->n_parameters + k];
        for (i64 k = 0; k < b->n_inputs; k++) AT(c->kernel->inputs + k) = b->inputs[i * b->n_inputs + k];
    }
    return filled;
}

/* Apply what is due now, the batch's events first; tell whether any may have changed an input. */
static FN int apply_events(const struct context *c) {
    const struct batch *b = c->batch;
    int changed = 0;
    EACH_LANE {
        struct lane *l = c->lanes + lane;
        if (l->patient < 0) continue;
        i64 last = b->last_event[l->patient];
        for (; l->event < last && b->event_time[l->event] <= l->t; l->event++) {
            i64 target = b->event_target[l->event];
            if (target < b->n_states) {
                AT(c->kernel->y + target) += b->event_value[l->event];
            } else {
                AT(c->kernel->inputs + target - b->n_states) = b->event_value[l->event];
                changed = 1;
            }
            l->restart = 1;
        }
        if (due(c, l, lane)) l->restart = changed = 1;
    }
    return changed;
}

/* Bring the states and, if wanted, the outputs at each lane's ``theta`` into the workspace. */
static FN void read(const struct context *c, int observing) {
    CALL(interpolate);
    if (observing) CALL(observe);
}

/* Hold the rounds that are due at the present times; tell whether a rule acted. */
static FN int look_now(const struct context *c) {
    int waiting = 0, acted = 0;
    EACH_LANE {
        AT(c->kernel->theta) = 0.0;
        waiting |= c->lanes[lane].patient >= 0 && c->lanes[lane].next <= c->lanes[lane].t;
    }
    if (!waiting) return 0;
    read(c, c->machine->observing != 0);
    EACH_LANE {
        struct lane *l = c->lanes + lane;
        if (l->patient < 0 || l->next > l->t) continue;
        l->next = l->t;
        if (look(c, l, lane)) l->restart = acted = 1;
    }
    return acted;
}

static FN void write(const struct context *c, struct lane *l, i64 lane) {
    const struct batch *b = c->batch;
    double *to = b->values + (l->patient * b->n_times + l->output++) * b->n_wanted;
    for (i64 j = 0; j < b->n_wanted; j++) to[j] = AT(b->wanted[j]);
}

/* Write the outputs of the present times. */
static FN void write_now(const struct context *c) {
    const struct batch *b = c->batch;
    int waiting = 0;
    EACH_LANE {
        const struct lane *l = c->lanes + lane;
        AT(c->kernel->theta) = 0.0;
        waiting |= l->patient >= 0 && l->output < b->n_times && b->times[l->output] <= l->t;
    }
    if (!waiting) return;
    read(c, b->observing != 0);
    EACH_LANE {
        struct lane *l = c->lanes + lane;
        while (l->patient >= 0 && l->output < b->n_times && b->times[l->output] <= l->t) write(c, l, lane);
    }
}

/* Return when the next round is held: with what stops the step, and after it, where the two are one instant. */
static FN double round_of(const struct lane *l) {
    return l->until == l->stop && l->next > l->until - SAME ? larger(l->next, l->until) : l->next;
}

/* Write the outputs and hold the rounds that fall inside the accepted steps, in order of time, a round first.
 * A rule that acts ends the step at its round: ``cut`` says so, ``until`` when, the block ``y`` how. */
static FN void look_inside(const struct context *c) {
    const struct batch *b = c->batch;
    int bent = 0;
    EACH_LANE AT(c->kernel->theta) = 0.0, c->lanes[lane].cut = 0;
    for (;;) {
        int waiting = 0, observing = 0;
        EACH_LANE {
            const struct lane *l = c->lanes + lane;
            if (l->patient < 0 || AT(c->kernel->accepted) == 0.0) continue;
            double time = round_of(l);
            i64 wish = c->machine->observing;
            if (l->output < b->n_times && b->times[l->output] < time) time = b->times[l->output], wish = b->observing;
            AT(c->kernel->theta) = time < l->until ? (time - l->t) / l->h : 0.0;
            if (time < l->until) waiting = 1, observing |= wish != 0;
        }
        if (!waiting) return;
        if (!bent++) CALL(bend);
        read(c, observing);
        EACH_LANE {
            struct lane *l = c->lanes + lane;
            if (l->patient < 0 || AT(c->kernel->accepted) == 0.0 || AT(c->kernel->theta) == 0.0) continue;
            double time = round_of(l);
            if (l->output < b->n_times && b->times[l->output] < time) {
                write(c, l, lane);
            } else if (look(c, l, lane)) {
                l->until = time, l->restart = 1, l->cut = 1;
                AT(c->kernel->accepted) = 0.0;
            }
        }
    }
}

/* Choose a step after an event: a tenth of the time in which the states change by their own size. */
static FN void first_steps(const struct context *c) {
    const struct kernel *k = c->kernel;
    EACH_LANE {
        struct lane *l = c->lanes + lane;
        if (l->patient < 0 || !l->restart) continue;
        double size = 0.0, speed = 0.0;
        for (i64 j = 0; j < c->batch->n_states; j++) {
            double y = AT(k->y + j), scale = AT(k->tolerance + j) + AT(k->rtol) * size_of(y);
            double a = y / scale, f = AT(k->f + j) / scale;
            size += a * a, speed += f * f;
        }
        l->wish = size > 1e-10 && speed > 1e-10 ? 0.1 * SQRT(size / speed) : 1e-6;
        l->before = CALM, l->restart = 0, l->rejected = 0;
    }
}

/* Set the trial steps: as wished, stretched or halved so that stops are met without a sliver before them. */
static FN void choose_steps(const struct context *c) {
    const struct batch *b = c->batch;
    EACH_LANE {
        struct lane *l = c->lanes + lane;
        if (l->patient < 0) continue;
        l->until = b->times[b->n_times - 1];
        if (l->event < b->last_event[l->patient]) l->until = smaller(l->until, b->event_time[l->event]);
        if (l->pending > 0) l->until = smaller(l->until, l->scheduled[0].time);
        l->stop = l->until;
        double left = l->until - l->t, h = l->wish;
        if (h * 1.0001 >= left)
            h = left;
        else if (2.0 * h > left)
            h = 0.5 * left;
        AT(c->kernel->h) = l->h = h;
    }
}

/* Take the step; the next size follows the last two errors (PI controller). */
static FN void accept(struct lane *l, double error) {
    double factor = SAFETY * POWER(larger(error, 1e-10), -0.8 / ORDER) * POWER(l->before, 0.4 / ORDER);
    factor = smaller(GROW, larger(SHRINK, factor));
    if (l->rejected) factor = smaller(factor, 1.0);
    /* a step cut short by a stop says little about a longer one: the size wished for still counts */
    double wish = l->h * factor, kept = l->wish * smaller(1.0, factor);
    l->wish = l->h < l->wish ? larger(wish, kept) : wish;
    l->rejected = 0, l->before = larger(error, CALM);
    if (l->h != l->until - l->t) l->until = l->t + l->h;
}

/* Accept or reject each lane's trial step, and choose the next size. */
static FN void judge(const struct context *c) {
    const struct batch *b = c->batch;
    double least = RESOLUTION * (b->times[b->n_times - 1] - b->times[0]);
    EACH_LANE {
        struct lane *l = c->lanes + lane;
        AT(c->kernel->accepted) = 0.0;
        if (l->patient < 0) continue;
        double error = AT(c->kernel->error);
        i64 *status = b->status + l->patient;
        l->trials++;
        if (error <= 1.0) {
            AT(c->kernel->accepted) = 1.0;
            accept(l, error);
            b->steps[l->patient]++;
        } else {
            int finite = error < 1e30; /* false for NaN */
            double factor = finite ? smaller(1.0, larger(SHRINK, SAFETY * POWER(error, -1.0 / ORDER))) : 0.1;
            l->rejected = 1, l->wish = l->h * factor;
            if (l->wish < larger(least, RESOLUTION * size_of(l->t))) *status = finite ? STEP_TOO_SMALL : NOT_FINITE;
        }
        if (*status == OK && l->trials >= b->max_steps) *status = MAX_STEPS;
    }
}

/* Take the accepted steps, whole or as far as a rule cut them; tell whether any was cut. */
static FN int advance(const struct context *c) {
    int cut = 0;
    CALL(advance);
    EACH_LANE {
        struct lane *l = c->lanes + lane;
        if (l->patient < 0 || (AT(c->kernel->accepted) == 0.0 && !l->cut)) continue;
        l->t = l->until;
        cut |= l->cut != 0;
    }
    return cut;
}

/* Return whether all states of a lane are finite. */
static FN int sound(const struct context *c, i64 lane) {
    double sum = 0.0;
    for (i64 j = 0; j < c->batch->n_states; j++) sum += 0.0 * AT(c->kernel->y + j);
    return sum == 0.0;
}

/* Free the lanes whose patients are finished or given up; return how many are busy, and whether any restarts. */
static FN i64 release(const struct context *c, int *restarting) {
    const struct batch *b = c->batch;
    i64 busy = 0;
    EACH_LANE {
        struct lane *l = c->lanes + lane;
        if (l->patient < 0) continue;
        i64 *status = b->status + l->patient;
        if (b->queue[1] && *status == OK && l->output < b->n_times) *status = STOPPED;
        if (*status == OK && (l->restart || l->output == b->n_times) && !sound(c, lane)) *status = NOT_FINITE;
        if (l->output == b->n_times || *status != OK) {
            l->patient = -1;
        } else {
            busy++;
            *restarting |= l->restart != 0;
        }
    }
    return busy;
}

/* Solve patients from the queue until it is empty; return the trial steps of whole vectors. */
static FN i64 run(const struct context *c) {
    i64 steps = 0;
    int cut = 0;
    EACH_LANE AT(c->kernel->h) = 1.0;
    for (;;) {
        int restarting = 0, filled = refill(c), changed = apply_events(c);
        if (filled || changed || cut) CALL(prepare);
        if (look_now(c)) CALL(prepare);
        write_now(c);
        i64 busy = release(c, &restarting);
        if (busy < W && c->batch->queue[0] < c->batch->n_patients) continue;
        if (busy == 0) return steps;
        if (restarting) {
            CALL(slope);
            first_steps(c);
        }
        choose_steps(c);
        CALL(step);
        steps++;
        judge(c);
        look_inside(c);
        cut = advance(c);
        restarting = 0;
        release(c, &restarting);
    }
}
