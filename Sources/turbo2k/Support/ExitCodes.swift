/// What the program's exit status means: one table for the help and the manual page.
enum ExitCodes {
    static let meanings: [(code: Int, meaning: String)] = [
        (0, "done"), (1, "failed"), (2, "a value that cannot be used"), (3, "model missing or damaged"),
        (4, "not enough memory"), (5, "ran out of memory (state kept)"), (6, "disk full or output not writable"),
        (7, "codec or container not available"), (8, "stopped on request (state kept)"),
        (9, "history held by another program"), (10, "input file unreadable or without a recipe"),
        (11, "settings, preset or theme file wrong"), (12, "kept state of other weights or another build"),
        (64, "wrong usage"), (130, "Ctrl-C"), (143, "SIGTERM"),
    ]

    /// `0 done, 1 failed, ...`.
    static var sentence: String { meanings.map { "\($0.code) \($0.meaning)" }.joined(separator: ", ") + "." }
}
