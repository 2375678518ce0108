/* The loop for vectors of up to 8 patients on a CPU: the one function that Python calls. */
#include "driver.c"

#define WIDEST 8

i64 trimer_drive(const struct batch *batch, const struct machine *machine, const struct kernel *kernel, double *work,
                 double *scratch) {
    struct lane lanes[WIDEST];
    struct context context = {batch, machine, kernel, lanes, work};
    for (i64 lane = 0; lane < kernel->width; lane++) {
        lanes[lane].patient = -1;
        lanes[lane].t = lanes[lane].h = lanes[lane].wish = lanes[lane].before = lanes[lane].until = 1.0;
        lanes[lane].registers = scratch;
        lanes[lane].since = scratch += machine->n_registers;
        lanes[lane].signals = scratch += machine->n_transitions;
        scratch += machine->n_signals + machine->n_lookups;
    }
    return run(&context);
}
