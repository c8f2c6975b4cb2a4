/* Modbus devices on libmodbus, for the tests: code that nobody of this project wrote answers the requests.
 *
 *   modbus_device tcp FIRST_PORT [COUNT [DELAY_US]]   COUNT devices on 127.0.0.1, each port takes many connections
 *   modbus_device plant PORT                          one device whose values come on standard input
 *   modbus_device gateway PORT SILENT                 a gateway: every unit answers but SILENT, which says nothing at all
 *   modbus_device rtu DEVICE UNIT                     one device on a serial line, 19200 8E1
 *
 * 2000 of each table. Holding register i reads i, input register 7 i, coil i is i odd, discrete input i is i/2 odd;
 * holding 1000..1119 are 60 floats, big-endian, the k-th 1.5 k. What is written stays, for all ports together.
 * A plant reads lines "h 10 173" (holding, i input, c coil, d discrete; address; values) and "refuse 1", which it
 * answers "refusing" before it declines every write with exception 4, and says "took h 14 16416 0" for each write it accepted.
 * Says "ready" on standard output once it listens; SIGTERM ends it.
 */
#include <errno.h>
#include <modbus/modbus.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SIZE = 2000, SOCKETS = 1020 }; /* libmodbus selects: a descriptor beyond FD_SETSIZE would abort it */

static modbus_mapping_t *filled(void) {
    modbus_mapping_t *map = modbus_mapping_new(SIZE, SIZE, SIZE, SIZE);
    for (int i = 0; i < SIZE; i++) {
        map->tab_registers[i] = i;
        map->tab_input_registers[i] = 7 * i;
        map->tab_bits[i] = i & 1;
        map->tab_input_bits[i] = (i / 2) & 1;
    }
    for (int k = 0; k < 60; k++) {
        float number = 1.5f * k;
        unsigned bits;
        memcpy(&bits, &number, sizeof bits);
        map->tab_registers[1000 + 2 * k] = bits >> 16;
        map->tab_registers[1001 + 2 * k] = bits & 0xFFFF;
    }
    return map;
}

static void ready(void) {
    puts("ready");
    fflush(stdout);
}

static int fail(const char *what) {
    fprintf(stderr, "modbus_device: %s: %s\n", what, modbus_strerror(errno));
    return 1;
}

static int listening(int port) {
    int on = 1, door = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in place = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return bind(door, (void *)&place, sizeof place) || listen(door, 128) ? -1 : door;
}

static int tcp(int first, int count, int delay_us, int silent) {
    static char door[65536];
    modbus_t *modbus = modbus_new_tcp("127.0.0.1", first);
    modbus_mapping_t *map = filled();
    uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
    struct epoll_event ready_ones[64], event = {.events = EPOLLIN};
    int poll = epoll_create1(0), on = 1;
    for (int i = 0; i < count; i++) {
        event.data.fd = listening(first + i);
        if (event.data.fd < 0) return fail("a port is taken");
        door[event.data.fd] = 1;
        epoll_ctl(poll, EPOLL_CTL_ADD, event.data.fd, &event);
    }
    ready();
    for (;;) {
        int n = epoll_wait(poll, ready_ones, 64, -1);
        for (int i = 0; i < n; i++) {
            int fd = ready_ones[i].data.fd;
            if (door[fd]) {
                event.data.fd = accept(fd, 0, 0);
                if (event.data.fd < 0) continue;
                if (event.data.fd >= SOCKETS) {
                    close(event.data.fd);
                    continue;
                }
                setsockopt(event.data.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                epoll_ctl(poll, EPOLL_CTL_ADD, event.data.fd, &event);
                continue;
            }
            modbus_set_socket(modbus, fd);
            int size = modbus_receive(modbus, query);
            if (size > 0 && query[6] == silent) continue;
            if (size > 0) {
                if (delay_us) usleep(delay_us);
                modbus_reply(modbus, query, size, map);
            } else if (size < 0) {
                epoll_ctl(poll, EPOLL_CTL_DEL, fd, 0);
                close(fd);
            }
        }
    }
}

static void tell(modbus_mapping_t *map, char table, int first, int count) {
    printf("took %c %d", table, first);
    for (int i = first; i < first + count; i++) printf(" %d", table == 'h' ? map->tab_registers[i] : map->tab_bits[i]);
    puts("");
    fflush(stdout);
}

static void hear(modbus_mapping_t *map, char *line, int *refusing) {
    char *word = strtok(line, " "), *next = strtok(NULL, " ");
    if (!word || !next) return;
    if (!strcmp(word, "refuse")) {
        *refusing = atoi(next);
        puts("refusing");
        fflush(stdout);
        return;
    }
    for (int at = atoi(next); (next = strtok(NULL, " ")) && at >= 0 && at < SIZE; at++) switch (word[0]) {
        case 'h': map->tab_registers[at] = atoi(next); break;
        case 'i': map->tab_input_registers[at] = atoi(next); break;
        case 'c': map->tab_bits[at] = atoi(next); break;
        case 'd': map->tab_input_bits[at] = atoi(next); break;
    }
}

static int answer(modbus_t *modbus, modbus_mapping_t *map, int refusing) {
    uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
    int size = modbus_receive(modbus, query);
    if (size <= 0) return size;
    int function = query[7], first = query[8] << 8 | query[9], count = query[10] << 8 | query[11];
    int bits = function == 5 || function == 15, words = function == 6 || function == 16 || function == 22;
    if (refusing && (bits || words))
        return modbus_reply_exception(modbus, query, MODBUS_EXCEPTION_SLAVE_OR_SERVER_FAILURE);
    int done = modbus_reply(modbus, query, size, map);
    if (function != 15 && function != 16) count = 1;
    if (done > 9 && (bits || words) && first + count <= SIZE) tell(map, bits ? 'c' : 'h', first, count);
    return 1;
}

static int plant(int port) {
    modbus_t *modbus = modbus_new_tcp("127.0.0.1", port);
    modbus_mapping_t *map = modbus_mapping_new(SIZE, SIZE, SIZE, SIZE);
    struct epoll_event now[64], event = {.events = EPOLLIN, .data.fd = 0};
    int poll = epoll_create1(0), on = 1, refusing = 0, door = listening(port);
    char line[4096];
    if (door < 0) return fail("the port is taken");
    epoll_ctl(poll, EPOLL_CTL_ADD, 0, &event);
    event.data.fd = door;
    epoll_ctl(poll, EPOLL_CTL_ADD, door, &event);
    setvbuf(stdin, NULL, _IONBF, 0); /* what is read ahead would never wake epoll again */
    ready();
    for (;;) {
        int n = epoll_wait(poll, now, 64, -1);
        for (int i = 0; i < n; i++) {
            int fd = now[i].data.fd;
            if (fd == 0) {
                if (!fgets(line, sizeof line, stdin)) return 0;
                line[strcspn(line, "\n")] = 0;
                hear(map, line, &refusing);
            } else if (fd == door) {
                event.data.fd = accept(door, 0, 0);
                if (event.data.fd < 0) continue;
                setsockopt(event.data.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                epoll_ctl(poll, EPOLL_CTL_ADD, event.data.fd, &event);
            } else {
                modbus_set_socket(modbus, fd);
                if (answer(modbus, map, refusing) < 0) {
                    epoll_ctl(poll, EPOLL_CTL_DEL, fd, 0);
                    close(fd);
                }
            }
        }
    }
}

static int rtu(const char *device, int unit) {
    modbus_t *modbus = modbus_new_rtu(device, 19200, 'E', 8, 1);
    modbus_mapping_t *map = filled();
    uint8_t query[MODBUS_RTU_MAX_ADU_LENGTH];
    modbus_set_slave(modbus, unit);
    if (modbus_connect(modbus)) return fail(device);
    ready();
    for (;;) {
        int size = modbus_receive(modbus, query);
        if (size > 0) modbus_reply(modbus, query, size, map);
        else if (size < 0 && errno == EIO) return 0; /* the line is gone */
    }
}

int main(int argc, char **argv) {
    struct rlimit files = {4096, 4096};
    setrlimit(RLIMIT_NOFILE, &files);
    signal(SIGPIPE, SIG_IGN);
    if (argc >= 3 && !strcmp(argv[1], "tcp"))
        return tcp(atoi(argv[2]), argc > 3 ? atoi(argv[3]) : 1, argc > 4 ? atoi(argv[4]) : 0, -1);
    if (argc == 4 && !strcmp(argv[1], "gateway")) return tcp(atoi(argv[2]), 1, 0, atoi(argv[3]));
    if (argc == 3 && !strcmp(argv[1], "plant")) return plant(atoi(argv[2]));
    if (argc == 4 && !strcmp(argv[1], "rtu")) return rtu(argv[2], atoi(argv[3]));
    fputs("modbus_device tcp FIRST_PORT [COUNT [DELAY_US]] | plant PORT | gateway PORT SILENT | rtu DEVICE UNIT\n", stderr);
    return 2;
}
