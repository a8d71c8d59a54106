/// The user's own editor, as a shell starts it.
package struct EditorCommand: Sendable {
    /// What a shell says when it does not find a command.
    package static let notFoundStatus: Int32 = 127

    /// `$VISUAL`, else `$EDITOR`, else vi.
    package let name: String

    package init(_ environment: [String: String]) {
        name = ["VISUAL", "EDITOR"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? "vi"
    }

    /// The words that start it on a file. The variable may hold options, so a shell takes it apart, as git does it.
    package func words(for path: String) -> [String] { ["/bin/sh", "-c", name + " \"$@\"", "sh", path] }

    /// Why nothing was edited, for an exit status that is not 0.
    package func problem(_ status: Int32) -> String {
        let shown = TextCleaning.shortened(TextCleaning.oneLine(name), to: 40)
        return status == Self.notFoundStatus
            ? "The editor \(shown) was not found; name one in EDITOR."
            : "The editor \(shown) ended with status \(status)."
    }
}
