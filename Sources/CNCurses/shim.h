#define _XOPEN_SOURCE_EXTENDED 1
#define NCURSES_WIDECHAR 1
#include <locale.h>
#include <wchar.h>
#include <stdio.h>
#include <ncursesw/curses.h>
#include <ncursesw/term.h>

/// `wcwidth`, which the C library's module hides: columns of a code point in the present locale, -1 if not printable.
static inline int curses_code_point_width(unsigned int code_point) {
    extern int wcwidth(wchar_t character);
    return wcwidth((wchar_t)code_point);
}

/// The window of the present screen. The global `stdscr` is mutable and therefore not importable.
static inline WINDOW *curses_standard_window(void) { return stdscr; }
