/*
 * The two ends of every benchmark path: an HTTP server and the client that loads it.
 *
 *   load serve PORT                                   GET /N answers N bytes, keep-alive, one epoll loop
 *   load bulk  VIA HOST:PORT BYTES STREAMS IDENTITY   downloads in parallel, one thread each
 *   load check VIA HOST:PORT BYTES                    one download, every byte compared
 *   load turns VIA HOST:PORT COUNT                    COUNT requests, one after another, on one open stream
 *   load opens VIA HOST:PORT COUNT PAUSE_MS IDENTITY  COUNT streams, each opened and asked for one byte
 *   load hold  VIA HOST:PORT COUNT IDENTITIES         opens COUNT streams, waits for a line, uses each once
 *
 * VIA is `direct` or the port of a SOCKS5 proxy on loopback. IDENTITY is what the SOCKS user name is made
 * of: `none` for no authentication, `same:NAME`, or `each:NAME` for one name per stream. Loopback only.
 * Every command prints one JSON object a line on stdout. Times are seconds.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PATTERN_BYTES = 1 << 20, READ_BYTES = 256 << 10, REQUEST_BYTES = 1024, ANSWER_SECONDS = 120 };

static uint8_t pattern[PATTERN_BYTES];

/* The body of every answer: byte o of a body is pattern[o % PATTERN_BYTES]. */
static void fill_pattern(void) {
  uint64_t state = 0x9e3779b97f4a7c15u;
  for (size_t i = 0; i < PATTERN_BYTES; i += 8) {
    state ^= state << 7;
    state ^= state >> 9;
    memcpy(pattern + i, &state, 8);
  }
}

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

static struct sockaddr_in on_loopback(int port) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return a;
}

static void no_delay(int fd) {
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

/* ---- server ---------------------------------------------------------------------------------- */

struct visitor {
  int fd;
  bool waits_for_room;
  size_t have;            /* bytes of requests not yet answered */
  uint64_t left, offset;  /* of the body being sent */
  char in[REQUEST_BYTES];
};

static int body_file, server_poll;

static void watch(struct visitor *v, bool for_room) {
  if (v->waits_for_room == for_room) return;
  v->waits_for_room = for_room;
  struct epoll_event e = {.events = for_room ? EPOLLOUT : EPOLLIN, .data.ptr = v};
  epoll_ctl(server_poll, EPOLL_CTL_MOD, v->fd, &e);
}

/* false: the connection is broken */
static bool send_body(struct visitor *v) {
  while (v->left > 0) {
    off_t from = (off_t)(v->offset % PATTERN_BYTES);
    uint64_t piece = PATTERN_BYTES - (uint64_t)from;
    ssize_t n = sendfile(v->fd, body_file, &from, piece < v->left ? piece : v->left);
    if (n < 0 && errno == EAGAIN) {
      watch(v, true);
      return true;
    }
    if (n <= 0) return false;
    v->left -= (uint64_t)n;
    v->offset += (uint64_t)n;
  }
  watch(v, false);
  return true;
}

static bool answer_requests(struct visitor *v) {
  char *end;
  while (v->left == 0 && (end = memmem(v->in, v->have, "\r\n\r\n", 4)) != NULL) {
    uint64_t size = 0;
    if (strncmp(v->in, "GET /", 5) == 0) size = strtoull(v->in + 5, NULL, 10);
    char head[160];
    int n = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %llu\r\n\r\n", (unsigned long long)size);
    if (send(v->fd, head, (size_t)n, MSG_NOSIGNAL | (size > 0 ? MSG_MORE : 0)) != n) return false;
    size_t used = (size_t)(end + 4 - v->in);
    v->have -= used;
    memmove(v->in, v->in + used, v->have);
    v->left = size;
    v->offset = 0;
    if (!send_body(v)) return false;
  }
  return v->have < REQUEST_BYTES;
}

static bool hear(struct visitor *v) {
  ssize_t n = recv(v->fd, v->in + v->have, REQUEST_BYTES - v->have, 0);
  if (n < 0 && errno == EAGAIN) return true;
  if (n <= 0) return false;
  v->have += (size_t)n;
  return answer_requests(v);
}

static void welcome(int listener) {
  int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return;
  no_delay(fd);
  struct visitor *v = calloc(1, sizeof *v);
  v->fd = fd;
  struct epoll_event e = {.events = EPOLLIN, .data.ptr = v};
  epoll_ctl(server_poll, EPOLL_CTL_ADD, fd, &e);
}

_Noreturn static void serve(int port) {
  raise_descriptor_limit();
  body_file = memfd_create("body", 0);
  if (body_file < 0 || write(body_file, pattern, PATTERN_BYTES) != PATTERN_BYTES) die("body");
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  struct sockaddr_in a = on_loopback(port);
  if (bind(listener, (struct sockaddr *)&a, sizeof a) || listen(listener, 4096)) die("listen");
  server_poll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event e = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(server_poll, EPOLL_CTL_ADD, listener, &e);
  printf("{\"listening\": %d}\n", port);
  fflush(stdout);
  for (;;) {
    struct epoll_event ready[256];
    int n = epoll_wait(server_poll, ready, 256, -1);
    for (int i = 0; i < n; i++) {
      struct visitor *v = ready[i].data.ptr;
      if (v == NULL) {
        welcome(listener);
        continue;
      }
      bool alive = v->waits_for_room ? send_body(v) && answer_requests(v) : hear(v);
      if (!alive) {
        close(v->fd);
        free(v);
      }
    }
  }
}

/* ---- client ---------------------------------------------------------------------------------- */

static int proxy_port; /* 0: none */
static char target_host[256];
static int target_port;

static void read_route(const char *via, const char *target) {
  proxy_port = strcmp(via, "direct") == 0 ? 0 : atoi(via);
  const char *colon = strrchr(target, ':');
  if (colon == NULL) die("target must be HOST:PORT");
  snprintf(target_host, sizeof target_host, "%.*s", (int)(colon - target), target);
  target_port = atoi(colon + 1);
}

static const char *identity(const char *spec, int stream, char *room, size_t size) {
  if (strncmp(spec, "same:", 5) == 0) return spec + 5;
  if (strncmp(spec, "each:", 5) != 0) return NULL;
  snprintf(room, size, "%s-%d", spec + 5, stream);
  return room;
}

static bool give(int fd, const void *bytes, size_t size) {
  for (size_t done = 0; done < size;) {
    ssize_t n = send(fd, (const char *)bytes + done, size - done, MSG_NOSIGNAL);
    if (n <= 0) return false;
    done += (size_t)n;
  }
  return true;
}

static bool take(int fd, void *room, size_t size) {
  for (size_t done = 0; done < size;) {
    ssize_t n = recv(fd, (char *)room + done, size - done, 0);
    if (n <= 0) return false;
    done += (size_t)n;
  }
  return true;
}

static int dial(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in a = on_loopback(port);
  if (fd < 0) return -1;
  no_delay(fd);
  struct timeval limit = {.tv_sec = ANSWER_SECONDS};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0) return fd;
  close(fd);
  return -1;
}

static size_t socks_request(uint8_t *out) {
  size_t n = 0;
  struct in_addr literal;
  out[n++] = 5;
  out[n++] = 1;
  out[n++] = 0;
  if (inet_pton(AF_INET, target_host, &literal) == 1) {
    out[n++] = 1;
    memcpy(out + n, &literal, 4);
    n += 4;
  } else {
    size_t length = strlen(target_host);
    out[n++] = 3;
    out[n++] = (uint8_t)length;
    memcpy(out + n, target_host, length);
    n += length;
  }
  out[n++] = (uint8_t)(target_port >> 8);
  out[n++] = (uint8_t)target_port;
  return n;
}

static bool socks_authenticate(int fd, const char *user) {
  uint8_t m[520] = {5, 1, user != NULL ? 2 : 0};
  if (!give(fd, m, 3) || !take(fd, m, 2) || m[1] == 0xff) return false;
  if (user == NULL) return true;
  size_t length = strlen(user), n = 0;
  m[n++] = 1;
  m[n++] = (uint8_t)length;
  memcpy(m + n, user, length);
  n += length;
  m[n++] = 1;
  m[n++] = 'x';
  return give(fd, m, n) && take(fd, m, 2) && m[1] == 0;
}

static bool socks_reply(int fd) {
  uint8_t m[300];
  if (!take(fd, m, 4) || m[1] != 0) return false;
  if (m[3] == 3) return take(fd, m, 1) && take(fd, m + 1, m[0] + 2u);
  return take(fd, m, m[3] == 1 ? 6 : 18);
}

/* an open stream to the target, or -1 */
static int open_stream(const char *user) {
  if (proxy_port == 0) return dial(target_port);
  int fd = dial(proxy_port);
  if (fd < 0) return -1;
  uint8_t request[300];
  if (socks_authenticate(fd, user) && give(fd, request, socks_request(request)) && socks_reply(fd)) return fd;
  close(fd);
  return -1;
}

static bool ask(int fd, uint64_t bytes) {
  char request[320];
  int n = snprintf(request, sizeof request, "GET /%llu HTTP/1.1\r\nHost: bench\r\n\r\n", (unsigned long long)bytes);
  return give(fd, request, (size_t)n);
}

/* Reads one answer. `first` becomes the time of its first byte; with `check`, bytes are compared. */
static bool hear_answer(int fd, uint64_t bytes, double *first, bool check, char *room) {
  size_t have = 0;
  char *end = NULL;
  while (end == NULL) {
    ssize_t n = recv(fd, room + have, READ_BYTES - have, 0);
    if (n <= 0) return false;
    if (have == 0 && first != NULL) *first = seconds();
    have += (size_t)n;
    end = memmem(room, have, "\r\n\r\n", 4);
  }
  size_t body = have - (size_t)(end + 4 - room);
  memmove(room, end + 4, body);
  for (uint64_t at = 0;;) {
    if (check) {
      for (size_t i = 0; i < body; i++)
        if ((uint8_t)room[i] != pattern[(at + i) % PATTERN_BYTES]) return false;
    }
    at += body;
    if (at >= bytes) return at == bytes;
    uint64_t want = bytes - at;
    ssize_t n = recv(fd, room, want < READ_BYTES ? want : READ_BYTES, 0);
    if (n <= 0) return false;
    body = (size_t)n;
  }
}

struct download {
  pthread_t thread;
  int number;
  const char *identity;
  uint64_t bytes;
  bool good;
  double begin, end;
};

static pthread_barrier_t all_open;

static void *download(void *argument) {
  struct download *d = argument;
  char name[128];
  int fd = open_stream(identity(d->identity, d->number, name, sizeof name));
  char *room = malloc(READ_BYTES);
  pthread_barrier_wait(&all_open);
  d->begin = seconds();
  d->good = fd >= 0 && ask(fd, d->bytes) && hear_answer(fd, d->bytes, NULL, false, room);
  d->end = seconds();
  free(room);
  if (fd >= 0) close(fd);
  return NULL;
}

static int bulk(uint64_t bytes, int streams, const char *names) {
  struct download *all = calloc((size_t)streams, sizeof *all);
  pthread_barrier_init(&all_open, NULL, (unsigned)streams);
  for (int i = 0; i < streams; i++) {
    all[i] = (struct download){.number = i, .identity = names, .bytes = bytes};
    if (pthread_create(&all[i].thread, NULL, download, &all[i])) die("thread");
  }
  double begin = 1e300, end = 0;
  int failed = 0;
  for (int i = 0; i < streams; i++) {
    pthread_join(all[i].thread, NULL);
    failed += !all[i].good;
    if (all[i].begin < begin) begin = all[i].begin;
    if (all[i].end > end) end = all[i].end;
  }
  printf("{\"bytes\": %llu, \"seconds\": %.6f, \"failed\": %d}\n", (unsigned long long)bytes * (unsigned)streams,
         end - begin, failed);
  return failed > 0;
}

static int check(uint64_t bytes) {
  char *room = malloc(READ_BYTES);
  int fd = open_stream(NULL);
  bool good = fd >= 0 && ask(fd, bytes) && hear_answer(fd, bytes, NULL, true, room);
  printf("{\"bytes\": %llu, \"failed\": %d}\n", (unsigned long long)bytes, !good);
  return !good;
}

static void print_times(const char *name, const double *times, int n) {
  printf("\"%s\": [", name);
  for (int i = 0; i < n; i++) printf("%s%.6f", i > 0 ? ", " : "", times[i]);
  printf("]");
}

static int turns(int count) {
  char *room = malloc(READ_BYTES);
  double *first = calloc((size_t)count, sizeof *first);
  int fd = open_stream(NULL), n = 0;
  while (fd >= 0 && n < count) {
    double begin = seconds(), heard;
    if (!ask(fd, 1) || !hear_answer(fd, 1, &heard, false, room)) break;
    first[n++] = heard - begin;
  }
  printf("{\"failed\": %d, ", count - n);
  print_times("first", first, n);
  printf("}\n");
  return n < count;
}

static int opens(int count, int pause_ms, const char *names) {
  char *room = malloc(READ_BYTES), name[128];
  double *opened = calloc((size_t)count, sizeof *opened), *first = calloc((size_t)count, sizeof *first);
  int n = 0, failed = 0;
  for (int i = 0; i < count; i++) {
    if (i > 0) usleep((useconds_t)pause_ms * 1000);
    double begin = seconds(), connected, heard;
    int fd = open_stream(identity(names, i, name, sizeof name));
    connected = seconds();
    if (fd >= 0 && ask(fd, 1) && hear_answer(fd, 1, &heard, false, room)) {
      opened[n] = connected - begin;
      first[n++] = heard - begin;
    } else {
      failed++;
    }
    if (fd >= 0) close(fd);
  }
  printf("{\"failed\": %d, ", failed);
  print_times("opened", opened, n);
  printf(", ");
  print_times("first", first, n);
  printf("}\n");
  return failed > 0;
}

/* Openings run in a few threads so that one slow stream does not hold up the rest. */
enum { OPENERS = 8 };
static int hold_count, hold_identities, *held;

static void *open_share(void *argument) {
  int share = (int)(intptr_t)argument;
  char name[128];
  for (int i = share; i < hold_count; i += OPENERS) {
    snprintf(name, sizeof name, "held-%d", hold_identities > 0 ? i % hold_identities : 0);
    held[i] = open_stream(hold_identities > 0 ? name : NULL);
  }
  return NULL;
}

static int hold(int count, int identities) {
  raise_descriptor_limit();
  hold_count = count;
  hold_identities = identities;
  held = calloc((size_t)count, sizeof *held);
  pthread_t threads[OPENERS];
  double begin = seconds();
  for (int i = 0; i < OPENERS; i++) pthread_create(&threads[i], NULL, open_share, (void *)(intptr_t)i);
  for (int i = 0; i < OPENERS; i++) pthread_join(threads[i], NULL);
  int open = 0, alive = 0;
  for (int i = 0; i < count; i++) open += held[i] >= 0;
  printf("{\"open\": %d, \"failed\": %d, \"seconds\": %.3f}\n", open, count - open, seconds() - begin);
  fflush(stdout);
  char line[16];
  if (fgets(line, sizeof line, stdin) == NULL) return 1;
  begin = seconds();
  char *room = malloc(READ_BYTES);
  for (int i = 0; i < count; i++)
    if (held[i] >= 0 && !ask(held[i], 16)) held[i] = -1;
  for (int i = 0; i < count; i++) alive += held[i] >= 0 && hear_answer(held[i], 16, NULL, true, room);
  printf("{\"alive\": %d, \"seconds\": %.3f}\n", alive, seconds() - begin);
  return alive < count;
}

int main(int argc, char **argv) {
  signal(SIGPIPE, SIG_IGN);
  fill_pattern();
  const char *command = argc > 1 ? argv[1] : "";
  if (argc == 3 && strcmp(command, "serve") == 0) serve(atoi(argv[2]));
  if (argc >= 5) {
    read_route(argv[2], argv[3]);
    if (argc == 7 && strcmp(command, "bulk") == 0) return bulk(strtoull(argv[4], NULL, 10), atoi(argv[5]), argv[6]);
    if (argc == 5 && strcmp(command, "check") == 0) return check(strtoull(argv[4], NULL, 10));
    if (argc == 5 && strcmp(command, "turns") == 0) return turns(atoi(argv[4]));
    if (argc == 7 && strcmp(command, "opens") == 0) return opens(atoi(argv[4]), atoi(argv[5]), argv[6]);
    if (argc == 6 && strcmp(command, "hold") == 0) return hold(atoi(argv[4]), atoi(argv[5]));
  }
  fprintf(stderr, "load serve|bulk|check|turns|opens|hold ...: see the head of load.c\n");
  return 2;
}
