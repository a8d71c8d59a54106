import Foundation
import StudioCore

/// Lines for plain mode: no cursor movement, no colours, nothing but text and line breaks.
struct PlainOutput {
    /// Where everything written is copied to, for tests.
    private let trace: FileHandle?
    private let showsQuestions: Bool

    /// - Throws: ``StudioError/cannotWrite(_:)`` where the copy cannot be made.
    init(tracePath: String?, showsQuestions: Bool) throws {
        self.showsQuestions = showsQuestions
        guard let tracePath else {
            trace = nil
            return
        }
        _ = FileManager.default.createFile(atPath: tracePath, contents: nil)
        guard let handle = FileHandle(forWritingAtPath: tracePath) else {
            throw StudioError.cannotWrite("\(TextCleaning.oneLine(tracePath)) cannot be written.")
        }
        trace = handle
    }

    /// One line.
    func say(_ text: String) {
        write(TextCleaning.oneLine(text) + "\n")
    }

    /// What to type next; only for a person.
    func ask(_ text: String) {
        if showsQuestions { write(text + "> ") }
    }

    private func write(_ text: String) {
        Output.content(text)
        // The copy is for tests; the lines themselves are out.
        try? trace?.write(contentsOf: Data(text.utf8))
    }
}
