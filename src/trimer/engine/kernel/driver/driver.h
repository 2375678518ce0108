/* What the loop, the kernel and Python share. Every field takes 8 bytes; Python fills the structures by these names. */
#ifndef TRIMER_DRIVER_H
#define TRIMER_DRIVER_H

typedef long long i64;

#define PENDING 96    /* doses a patient may have scheduled ahead */
#define SAME 1e-9     /* day within which two instants are one, and a clock has run out */
#define RESIDUE 1e-12 /* what rounding leaves of an input after an infusion ends, relative to the infusion */
#define FOREVER 1e300 /* a time that never comes */
#define AGES 1e9      /* days beyond which no clock is waited for */

enum { OK, MAX_STEPS, STEP_TOO_SMALL, NOT_FINITE, CROWDED, STOPPED };
enum { DO_ADD, DO_SET, DO_CHANGE, DO_CANCEL, DO_PUT, DO_COUNT, DO_KEEP };

/* The problem as arrays, the queue and the results; shared by all threads. */
struct batch {
    const double *y0, *parameters, *inputs;              /* (n_patients, n_...) */
    const i64 *first_event, *last_event;                 /* (n_patients,) */
    const double *event_time;                            /* (n_rows,) */
    const i64 *event_target;
    const double *event_value;
    const double *times;                                 /* (n_times,) */
    const i64 *wanted;                                   /* (n_wanted,) row of the workspace of each output */
    volatile i64 *queue;                                 /* (2,) next patient; whether to stop at once */
    double *values;                                      /* (n_patients, n_times, n_wanted) */
    i64 *status, *steps, *fired, *ties;                  /* (n_patients,) */
    double *fired_time;                                  /* (n_patients, logged) */
    i64 *fired_rule;
    i64 n_patients, n_states, n_parameters, n_inputs, n_times, n_wanted, observing, max_steps, logged;
};

/* The treatment rules; see Tables in rules.py. */
struct machine {
    const double *registers;
    const i64 *runs, *lookup_first, *lookup_signal, *lookup_edge;
    const double *edges;
    const i64 *lookup_table;
    const double *table;
    const i64 *modes, *to;
    const double *lasting;
    const i64 *quiet, *guard, *guard_signal, *guard_register;
    const double *guard_weight;
    const i64 *guard_above;
    const double *guard_limit;
    const i64 *action, *action_do, *action_index;
    const double *action_value, *action_delay;
    const i64 *rows;                                     /* (n_signals,) row of the workspace of each output read */
    i64 n_transitions, n_modes, n_registers, n_signals, n_lookups, observing;
    double start, every, tie;
};

/* One model's functions, and where its blocks begin in the workspace. */
struct kernel {
    void (*prepare)(double *), (*slope)(double *), (*step)(double *);
    void (*bend)(double *), (*interpolate)(double *), (*observe)(double *), (*advance)(double *);
    i64 width, y, parameters, inputs, h, theta, accepted, error, f, tolerance, rtol, at;
};

struct dose {
    double time;
    i64 what, index;
    double value;
};

/* Where one lane's patient stands. */
struct lane {
    i64 patient;                                         /* -1: idle */
    double t, h, wish, before, until, stop;
    i64 event, output, trials, restart, rejected;
    i64 mode, grid, pending, cut;                        /* of the rules */
    double last, next;
    double *registers, *since, *signals;
    struct dose scheduled[PENDING];
};

struct context {
    const struct batch *batch;
    const struct machine *machine;
    const struct kernel *kernel;
    struct lane *lanes;
    double *work;
};

/* Two shapes. With STRIDE, one thread leads one patient at a time (on a GPU, or on a CPU that rehearses it): the model's
 * functions are C from c_source.py, and the workspaces of a block's threads are interleaved: rows of STRIDE numbers, one
 * a thread, so that neighbouring threads read neighbouring numbers. Without, one thread leads W patients in lock-step
 * through vector code from llvm_source.py. */
#ifdef STRIDE
#define W 1
#define CALL(name) trimer_##name(c->work)
#define AT(row) c->work[(row) * STRIDE]
#else
#define W c->kernel->width
#define CALL(name) c->kernel->name(c->work)
#define AT(row) c->work[(row) * W + lane]
#endif

#ifdef __CUDACC__
#define FN __device__
#define TAKE(queue) ((i64)atomicAdd((unsigned long long *)(queue), 1ULL))
#define SQRT sqrt
#define POWER pow
#define ABSOLUTE fabs
#define BITS __double_as_longlong
#define DOUBLE __longlong_as_double
#define RESTRICT __restrict__
#define BODY static __device__ __noinline__ void
#else
#define FN
#define TAKE(queue) __atomic_fetch_add(queue, 1, __ATOMIC_RELAXED)
#define SQRT __builtin_sqrt
#define POWER __builtin_pow
#define ABSOLUTE __builtin_fabs
#define BITS(x) (((union both){.number = (x)}).bits)
#define DOUBLE(x) (((union both){.bits = (x)}).number)
#define RESTRICT restrict
#define BODY static __attribute__((noinline)) void
union both {
    double number;
    i64 bits;
};
#endif
#define WRAP(a, how, b) ((i64)((unsigned long long)(a)how(unsigned long long)(b)))

#endif
