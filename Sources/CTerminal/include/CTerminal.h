#ifndef CTERMINAL_H
#define CTERMINAL_H

#include <stddef.h>
#include <termios.h>

/// Prepares the exit paths: the signals that end a program restore the terminal first, and the others are reported as
/// one byte, their number, on a pipe. Nothing is written before `terminal_guard_arm`.
///
/// `terminal`: descriptor the restore string goes to; `saved`: its settings from before the program.
/// Returns the descriptor to read signals from, or -1 with `errno`.
int terminal_guard_install(int terminal, const struct termios *_Nonnull saved);

/// Sets the bytes that put the terminal back. At most 1024; returns 0, or -1 where they are too many.
int terminal_guard_arm(const unsigned char *_Nonnull bytes, size_t count);

/// Writes the restore string and puts the settings back, once until armed again. Async-signal-safe.
void terminal_guard_restore(void);

/// Takes the handlers away. The terminal must have been restored.
void terminal_guard_remove(void);

/// How long after SIGTERM, SIGHUP, SIGINT or SIGQUIT the program may take to save its state before the signal ends
/// it. 0, the value at start, ends it at once.
void terminal_guard_set_grace(unsigned int seconds);

/// Ends the process by `signal_number` as if it had not been caught.
void terminal_guard_die(int signal_number);

/// Stops the process as Ctrl-Z does in a shell, and returns when it goes on.
/// Returns 1 if it really stopped, 0 where the system discarded the signal because nobody could continue it.
int terminal_guard_stop(void);

/// From here on the signals of the terminal's keys are meant for another program that runs in our process group: those
/// that end programs are ignored, and Ctrl-Z stops both. The terminal must have been restored.
void terminal_guard_lend(void);

/// Takes those signals back.
void terminal_guard_reclaim(void);

/// 1 if the process is in the terminal's foreground group, or if this is not its controlling terminal, where there is
/// no such group.
int terminal_is_foreground(int terminal);

/// Size in cells and, where the terminal says, in pixels (else 0). Returns 0, or -1 where there is no answer.
int terminal_window_size(int terminal, int *_Nonnull columns, int *_Nonnull rows, int *_Nonnull width,
                         int *_Nonnull height);

/// Opens a new pseudo-terminal and returns the end that plays the terminal; `path` gets the name of the program's end.
/// Returns -1 with `errno` on failure.
int terminal_open_pair(char *_Nonnull path, size_t capacity);

/// Sets the size that the programs of a terminal see, in cells and in pixels, and tells them.
int terminal_set_window_size(int terminal, int columns, int rows, int width, int height);

/// An unnamed file in memory, readable and writable; -1 with `errno` on failure.
int terminal_memory_file(void);

/// Gives large blocks back to the system when they are freed. Clips come and go by the dozen megabytes on changing
/// threads; the C library would keep some of it for each thread that asks before this is called.
void terminal_return_large_blocks(void);

/// Gives back what is free now, small blocks too.
void terminal_return_free_pages(void);

/// 1 if the present locale's text is UTF-8.
int terminal_locale_is_utf8(void);

#endif
