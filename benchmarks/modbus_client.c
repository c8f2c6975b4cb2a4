/* The C client beside ours in benchmarks/modbus.py: libmodbus reads one block after another and decodes it.
 *
 *   modbus_client FIRST_PORT COUNT SECONDS    prints: requests, seconds on the wall, seconds of the processor
 */
#include <modbus/modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { FIRST = 1000, REGISTERS = 125, FLOATS = 60, MOST = 1000 };

static double wall(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

static double processor(void) {
    struct rusage spent;
    getrusage(RUSAGE_SELF, &spent);
    return spent.ru_utime.tv_sec + spent.ru_stime.tv_sec + (spent.ru_utime.tv_usec + spent.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv) {
    static modbus_t *devices[MOST];
    uint16_t registers[REGISTERS];
    long requests = 0;
    double sum = 0;
    int count = argc == 4 ? atoi(argv[2]) : 0;
    if (count < 1 || count > MOST) return 2;
    for (int i = 0; i < count; i++) {
        devices[i] = modbus_new_tcp("127.0.0.1", atoi(argv[1]) + i);
        if (modbus_connect(devices[i])) return 1;
    }
    double seconds = atof(argv[3]), began = wall(), spent = processor();
    while (wall() - began < seconds)
        for (int i = 0; i < count; i++, requests++) {
            if (modbus_read_registers(devices[i], FIRST, REGISTERS, registers) != REGISTERS) return 1;
            for (int k = 0; k < FLOATS; k++) sum += modbus_get_float_abcd(registers + 2 * k);
        }
    printf("%ld %.6f %.6f %g\n", requests, wall() - began, processor() - spent, sum);
    return 0;
}
