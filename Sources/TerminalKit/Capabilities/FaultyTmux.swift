/// Versions of tmux that have sixel and get it wrong.
enum FaultyTmux {
    /// By the version that tmux tells; what goes wrong, for `doctor`.
    ///
    /// Sources: tmux/tmux issue 3983 (fixed in 3.5); sxyazi/yazi issue 4111 and tmux/tmux pull request 5366.
    private static let faults = [
        "3.4": "may crash on sixel pictures",
        "3.7": "loses sixel pictures",
        "3.7a": "loses sixel pictures",
        "3.7b": "loses sixel pictures",
    ]

    /// `tmux 3.4 may crash on sixel pictures`; nil for a version that is not known to be wrong.
    static func fault(version: String?) -> String? {
        guard let version, let number = version.split(separator: " ").last else { return nil }
        return faults[String(number)].map { "\(version) \($0)" }
    }
}
