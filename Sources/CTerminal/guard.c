// The exit paths run inside signal handlers: only async-signal-safe calls, only lock-free state.
#define _GNU_SOURCE
#include "CTerminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { longest_restore = 1024 };

struct restore_string {
    size_t count;
    unsigned char bytes[longest_restore];
};

static struct restore_string strings[2];
static _Atomic(struct restore_string *) armed;
static struct restore_string *latest;
static struct termios settings;
static int terminal_descriptor = -1;
static int signal_pipe[2] = {-1, -1};
static atomic_uint grace_seconds;
static atomic_int pending_signal;
static atomic_int continued;
static unsigned char handler_stack[64 * 1024];

// A failed precondition of Swift ends in SIGILL or SIGTRAP.
static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGILL, SIGTRAP};
static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static const int reported_signals[] = {SIGWINCH, SIGTSTP, SIGCONT};

#define count_of(array) (sizeof(array) / sizeof((array)[0]))

static void write_all(int descriptor, const unsigned char *bytes, size_t count) {
    // A terminal that takes nothing (stopped output) must not keep a dying program: give up after some 0.3 s.
    int refused = 0;
    while (count > 0 && refused < 30) {
        ssize_t written = write(descriptor, bytes, count);
        if (written > 0) {
            bytes += written;
            count -= (size_t)written;
        } else if (written < 0 && errno == EAGAIN) {
            struct timespec pause = {0, 10 * 1000 * 1000};
            nanosleep(&pause, NULL);
            refused++;
        } else if (written < 0 && errno != EINTR) {
            return;
        }
    }
}

void terminal_guard_restore(void) {
    struct restore_string *string = atomic_exchange(&armed, NULL);
    if (string == NULL) return;
    write_all(terminal_descriptor, string->bytes, string->count);
    // Not from the background: the shell in front has its own settings by now.
    if (!terminal_is_foreground(terminal_descriptor)) return;
    // Answers that nobody will read must not be typed into the shell.
    tcflush(terminal_descriptor, TCIFLUSH);
    tcsetattr(terminal_descriptor, TCSANOW, &settings);
}

// Threads of a dispatch queue block most signals, so a raised one would only stay pending.
static void unblock(int signal_number) {
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, signal_number);
    pthread_sigmask(SIG_UNBLOCK, &only, NULL);
}

void terminal_guard_die(int signal_number) {
    signal(signal_number, SIG_DFL);
    unblock(signal_number);
    raise(signal_number);
}

static void report(int signal_number) {
    unsigned char byte = (unsigned char)signal_number;
    ssize_t ignored = write(signal_pipe[1], &byte, 1);
    (void)ignored;
}

static void handle_fatal(int signal_number) {
    terminal_guard_restore();
    terminal_guard_die(signal_number);
}

static void handle_ending(int signal_number) {
    int saved_errno = errno;
    int earlier = atomic_exchange(&pending_signal, signal_number);
    unsigned int grace = atomic_load(&grace_seconds);
    if (grace == 0 || earlier != 0) handle_fatal(signal_number);
    // The alarm is the way out for a program that no longer listens.
    alarm(grace);
    report(signal_number);
    errno = saved_errno;
}

static void handle_alarm(int signal_number) {
    (void)signal_number;
    int pending = atomic_load(&pending_signal);
    if (pending != 0) handle_fatal(pending);
}

static void handle_reported(int signal_number) {
    int saved_errno = errno;
    if (signal_number == SIGCONT) atomic_store(&continued, 1);
    report(signal_number);
    errno = saved_errno;
}

static int install(int signal_number, void (*handler)(int), int flags) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigemptyset(&action.sa_mask);
    return sigaction(signal_number, &action, NULL);
}

static int open_pipe(void) {
    if (signal_pipe[0] >= 0) return 0;
    if (pipe(signal_pipe) != 0) return -1;
    for (int end = 0; end < 2; end++) {
        fcntl(signal_pipe[end], F_SETFD, FD_CLOEXEC);
        fcntl(signal_pipe[end], F_SETFL, O_NONBLOCK);
    }
    return 0;
}

int terminal_guard_install(int terminal, const struct termios *saved) {
    if (open_pipe() != 0) return -1;
    terminal_descriptor = terminal;
    settings = *saved;
    atomic_store(&pending_signal, 0);
    stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof handler_stack};
    sigaltstack(&stack, NULL);
    int failed = 0;
    for (size_t i = 0; i < count_of(fatal_signals); i++)
        failed |= install(fatal_signals[i], handle_fatal, SA_ONSTACK);
    for (size_t i = 0; i < count_of(ending_signals); i++)
        failed |= install(ending_signals[i], handle_ending, SA_ONSTACK | SA_RESTART);
    for (size_t i = 0; i < count_of(reported_signals); i++)
        failed |= install(reported_signals[i], handle_reported, SA_ONSTACK | SA_RESTART);
    failed |= install(SIGALRM, handle_alarm, SA_ONSTACK | SA_RESTART);
    // In the background we neither read nor write; a mistake in that must not stop the render.
    failed |= install(SIGTTIN, SIG_IGN, 0);
    failed |= install(SIGTTOU, SIG_IGN, 0);
    return failed != 0 ? -1 : signal_pipe[0];
}

void terminal_guard_remove(void) {
    alarm(0);
    for (size_t i = 0; i < count_of(fatal_signals); i++) signal(fatal_signals[i], SIG_DFL);
    for (size_t i = 0; i < count_of(ending_signals); i++) signal(ending_signals[i], SIG_DFL);
    for (size_t i = 0; i < count_of(reported_signals); i++) signal(reported_signals[i], SIG_DFL);
    signal(SIGALRM, SIG_DFL);
    signal(SIGTTIN, SIG_DFL);
    signal(SIGTTOU, SIG_DFL);
}

int terminal_guard_arm(const unsigned char *bytes, size_t count) {
    if (count > longest_restore) return -1;
    // A handler may be reading the string in force, so the other one is filled.
    struct restore_string *next = latest == &strings[0] ? &strings[1] : &strings[0];
    memcpy(next->bytes, bytes, count);
    next->count = count;
    latest = next;
    atomic_store(&armed, next);
    return 0;
}

void terminal_guard_set_grace(unsigned int seconds) { atomic_store(&grace_seconds, seconds); }

void terminal_guard_lend(void) {
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    signal(SIGTSTP, SIG_DFL);
    unblock(SIGTSTP);
}

void terminal_guard_reclaim(void) {
    install(SIGINT, handle_ending, SA_ONSTACK | SA_RESTART);
    install(SIGQUIT, handle_ending, SA_ONSTACK | SA_RESTART);
    install(SIGTSTP, handle_reported, SA_ONSTACK | SA_RESTART);
}

int terminal_guard_stop(void) {
    atomic_store(&continued, 0);
    signal(SIGTSTP, SIG_DFL);
    unblock(SIGTSTP);
    // This thread then handles SIGCONT before it runs on, unless another one is quicker, by a moment.
    unblock(SIGCONT);
    raise(SIGTSTP);
    for (int tries = 0; tries < 20 && atomic_load(&continued) == 0; tries++) {
        struct timespec pause = {0, 5 * 1000 * 1000};
        nanosleep(&pause, NULL);
    }
    install(SIGTSTP, handle_reported, SA_ONSTACK | SA_RESTART);
    return atomic_load(&continued);
}
