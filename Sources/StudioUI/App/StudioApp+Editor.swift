import Foundation
import StudioCore
import TerminalKit

/// The prompt in the user's own editor.
extension StudioApp {
    /// A shell says so when it does not find a command.
    private static let notFoundStatus: Int32 = 127

    /// Waits for the editor; jobs go on meanwhile, and what they told is taken afterwards.
    func edit(_ text: String) {
        let editor = editorCommand
        let file = options.paths.state.appending(path: "prompt-\(ProcessInfo.processInfo.processIdentifier).txt")
        let path = file.path(percentEncoded: false)
        do {
            try FileManager.default.createDirectory(at: options.paths.state, withIntermediateDirectories: true)
            try Data((text + "\n").utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            // The variable may hold options, so a shell takes it apart, as git does it.
            let status = try lendTerminal(to: ["/bin/sh", "-c", editor + " \"$@\"", "sh", path])
            guard status == 0 else { return sayEditorFailed(editor, status) }
            perform(state.textEdited(String(decoding: try Data(contentsOf: file), as: UTF8.self)))
        } catch {
            state.say("The prompt could not be edited: \(describe(error))", .error)
        }
    }

    private var editorCommand: String {
        let named = ["VISUAL", "EDITOR"].lazy.compactMap { self.options.environment[$0] }.first { !$0.isEmpty }
        return named ?? "vi"
    }

    private func sayEditorFailed(_ editor: String, _ status: Int32) {
        let name = TextCleaning.shortened(TextCleaning.oneLine(editor), to: 40)
        let reason =
            status == Self.notFoundStatus
            ? "The editor \(name) was not found; name one in EDITOR."
            : "The editor \(name) ended with status \(status)."
        state.say(reason + " The prompt is as it was.", .error)
    }

    private func describe(_ error: any Error) -> String {
        (error as? TerminalError)?.description ?? error.localizedDescription
    }
}
