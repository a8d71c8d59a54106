#define _GNU_SOURCE
#include "CTerminal.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

int terminal_is_foreground(int terminal) {
    pid_t group = tcgetpgrp(terminal);
    return group == -1 || group == getpgrp();
}

int terminal_window_size(int terminal, int *columns, int *rows, int *width, int *height) {
    struct winsize size;
    if (ioctl(terminal, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return -1;
    *columns = size.ws_col;
    *rows = size.ws_row;
    *width = size.ws_xpixel;
    *height = size.ws_ypixel;
    return 0;
}

int terminal_set_window_size(int terminal, int columns, int rows, int width, int height) {
    struct winsize size = {(unsigned short)rows, (unsigned short)columns, (unsigned short)width,
                           (unsigned short)height};
    return ioctl(terminal, TIOCSWINSZ, &size);
}

int terminal_open_pair(char *path, size_t capacity) {
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0) return -1;
    fcntl(terminal, F_SETFD, FD_CLOEXEC);
    fcntl(terminal, F_SETFL, O_NONBLOCK);
    const char *name = grantpt(terminal) == 0 && unlockpt(terminal) == 0 ? ptsname(terminal) : NULL;
    if (name == NULL || strlen(name) >= capacity) {
        int reason = name == NULL ? errno : ENAMETOOLONG;
        close(terminal);
        errno = reason;
        return -1;
    }
    strcpy(path, name);
    return terminal;
}

int terminal_memory_file(void) {
#ifdef __linux__
    return memfd_create("screen", MFD_CLOEXEC);
#else
    FILE *file = tmpfile();
    return file == NULL ? -1 : fileno(file);
#endif
}

void terminal_return_large_blocks(void) {
#ifdef __GLIBC__
    // Once set, the limit no longer grows with what is freed.
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    mallopt(M_ARENA_MAX, 2);
#endif
}

void terminal_return_free_pages(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

int terminal_locale_is_utf8(void) { return strcmp(nl_langinfo(CODESET), "UTF-8") == 0; }
