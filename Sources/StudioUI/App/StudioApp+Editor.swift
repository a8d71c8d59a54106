import Foundation
import StudioCore
import TerminalKit

/// The prompt in the user's own editor.
extension StudioApp {
    /// Waits for the editor; jobs go on meanwhile, and what they told is taken afterwards.
    func edit(_ text: String) {
        let editor = EditorCommand(options.environment)
        let file = options.paths.state.appending(path: "prompt-\(ProcessInfo.processInfo.processIdentifier).txt")
        let path = file.path(percentEncoded: false)
        do {
            try FileManager.default.createDirectory(at: options.paths.state, withIntermediateDirectories: true)
            try Data((text + "\n").utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            let status = try lendTerminal(to: editor.words(for: path))
            guard status == 0 else {
                return state.say(editor.problem(status) + " The prompt is as it was.", .error)
            }
            perform(state.textEdited(String(decoding: try Data(contentsOf: file), as: UTF8.self)))
        } catch {
            state.say("The prompt could not be edited: \(describe(error))", .error)
        }
    }

    private func describe(_ error: any Error) -> String {
        (error as? TerminalError)?.description ?? error.localizedDescription
    }
}
