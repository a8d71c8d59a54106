import Foundation
import StudioCore

/// A typed command of plain mode.
enum PlainCommand: String, CaseIterable {
    case draft, commit, prompt, set, show, list, open, stop, resume, queue, presets, help, quit

    /// As `help` shows it.
    var usage: String {
        switch self {
        case .draft: "draft: make a draft. draft TEXT: with another prompt."
        case .commit: "commit: make the high-resolution clip of the newest draft. commit N: of draft N."
        case .prompt: "prompt TEXT: change the prompt."
        case .set: "set KEY VALUE: change a setting, for example: set seed 7."
        case .show: "show: tell the prompt and the settings."
        case .list: "list: tell the newest ten drafts and clips."
        case .open: "open N: load the prompt and settings of job N."
        case .stop: "stop: stop the running job; its finished steps are kept."
        case .resume:
            "resume: go on with the newest stopped job. resume N: with job N. resume N anew: from its first step."
        case .queue: "queue: tell the jobs that wait or run."
        case .presets: "presets: name the presets; set preset NAME takes one."
        case .help: "help: these lines."
        case .quit: "quit: leave."
        }
    }

    /// Words behind `resume` for a job whose kept state is of other weights or another build.
    static let stateUses: [String: StateUse] = ["anew": .none, "anyway": .any]

    /// The first word as a command, and the rest of the line.
    static func parse(_ line: String) -> (command: PlainCommand, rest: String)? {
        let words = line.split(maxSplits: 1, whereSeparator: \.isWhitespace)
        guard let first = words.first, let command = PlainCommand(rawValue: first.lowercased()) else { return nil }
        return (command, words.count > 1 ? words[1].trimmingCharacters(in: .whitespaces) : "")
    }
}
