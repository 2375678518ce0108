/* The loop for a thread that leads one patient at a time: one of a GPU's, or one of a CPU's that rehearses it.
 *
 * The threads of a block share a slab of ROWS rows of STRIDE doubles: row r of thread k is at [r * STRIDE + k]. What a
 * thread keeps for the rules, few numbers that are read once a round, lies in one piece. The structures are arguments
 * and hold addresses of the device. Threads stay until the queue is empty.
 */
#include "driver.c"

static FN void follow(const struct batch *batch, const struct machine *machine, const struct kernel *kernel,
                      const double *tolerances, double *slabs, double *scratch, i64 block, i64 thread) {
    struct lane lane;
    struct context context = {batch, machine, kernel, &lane, slabs + block * ROWS * STRIDE + thread};
    const struct context *c = &context;
    i64 kept = machine->n_registers + machine->n_transitions + machine->n_signals + machine->n_lookups;
    lane.patient = -1;
    lane.t = lane.h = lane.wish = lane.before = lane.until = 1.0;
    lane.registers = scratch + (block * STRIDE + thread) * kept;
    lane.since = lane.registers + machine->n_registers;
    lane.signals = lane.since + machine->n_transitions;
    for (i64 j = 0; j < batch->n_states; j++) AT(kernel->tolerance + j) = tolerances[j];
    AT(kernel->rtol) = tolerances[batch->n_states];
    run(c);
}

#ifdef __CUDACC__
extern "C" __global__ void __launch_bounds__(STRIDE)
trimer_threads(const __grid_constant__ struct batch batch, const __grid_constant__ struct machine machine,
               const __grid_constant__ struct kernel kernel, const double *tolerances, double *slabs, double *scratch) {
    follow(&batch, &machine, &kernel, tolerances, slabs, scratch, blockIdx.x, threadIdx.x);
}
#else
void trimer_threads(const struct batch *batch, const struct machine *machine, const struct kernel *kernel,
                    const double *tolerances, double *slabs, double *scratch, i64 block, i64 thread) {
    follow(batch, machine, kernel, tolerances, slabs, scratch, block, thread);
}
#endif
