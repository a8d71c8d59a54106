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

// Attributes and limits that are macros Swift cannot import.
static const attr_t curses_attribute_bold = WA_BOLD;
static const attr_t curses_attribute_dim = WA_DIM;
static const attr_t curses_attribute_underline = WA_UNDERLINE;
static const attr_t curses_attribute_reverse = WA_REVERSE;

/// Colours and pairs of the present screen; globals of the library.
static inline int curses_color_count(void) { return COLORS; }
static inline int curses_pair_count(void) { return COLOR_PAIRS; }

/// Sets a cell of a window: `count` code points, the first with a width, the others marks. Returns 0 or -1.
static inline int curses_put_cell(WINDOW *window, int row, int column, const unsigned int *code_points, int count,
                                  attr_t attributes, int pair) {
    wchar_t text[CCHARW_MAX + 1];
    cchar_t cell;
    if (count < 1 || count > CCHARW_MAX) return -1;
    for (int i = 0; i < count; i++) text[i] = (wchar_t)code_points[i];
    text[count] = 0;
    if (setcchar(&cell, text, attributes, (short)(pair > 32767 ? 32767 : pair), &pair) == ERR) return -1;
    // The last cell of the screen is set although the call fails: the cursor cannot go further.
    mvwadd_wch(window, row, column, &cell);
    return 0;
}

/// A string of the present terminal's description; null where it has none.
static inline const char *curses_description_string(const char *name) {
    char *value = tigetstr((char *)(size_t)name);
    return value == (char *)-1 ? 0 : value;
}

/// A number of the present terminal's description; -1 where it has none.
static inline int curses_description_number(const char *name) { return tigetnum((char *)(size_t)name); }

/// 1 if the present terminal's description has the flag.
static inline int curses_description_flag(const char *name) { return tigetflag((char *)(size_t)name) == 1; }

/// The window that stands for what is on the terminal.
static inline WINDOW *curses_current_window(void) { return curscr; }
