/// What is wrong in one of the user's or the program's own text files.
package struct FileProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The path as shown to the user.
    package var file: String
    /// 1-based; nil where the whole file is meant.
    package var line: Int?
    /// A sentence.
    package var text: String

    package init(file: String, line: Int? = nil, text: String) {
        self.file = file
        self.line = line
        self.text = text
    }

    package var description: String {
        let place = line.map { "\(file) line \($0)" } ?? file
        return TextCleaning.oneLine("\(place): \(text)")
    }
}

/// Why settings, presets, themes or the history could not be used. `description` is one sentence a user can act on.
package enum StudioError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A settings, preset or theme file is wrong. Exit code 11.
    case badFile(FileProblem)
    /// No preset or theme of that name; `suggestion` is the nearest one there is. Exit code 11.
    case unknown(kind: String, name: String, suggestion: String?)
    /// A value that cannot be used. Exit code 2.
    case badValue(String)
    /// No such job in the history. Exit code 10.
    case noSuchJob(Int)
    /// An input file is unreadable or carries no recipe. Exit code 10.
    case unreadable(String)
    /// A file or folder cannot be written. Exit code 6.
    case cannotWrite(String)
    /// Another program holds the database and does not answer. Exit code 9.
    case historyBusy(String)

    package var description: String {
        switch self {
        case .badFile(let problem): problem.description
        case .unknown(let kind, let name, let suggestion): Self.unknownText(kind, name, suggestion)
        case .noSuchJob(let id): "There is no job \(id); \"turbo2k history list\" shows the jobs there are."
        case .badValue(let text), .unreadable(let text), .cannotWrite(let text), .historyBusy(let text):
            TextCleaning.oneLine(text)
        }
    }

    /// The process's exit status for this error.
    package var exitCode: Int32 {
        switch self {
        case .badFile, .unknown: 11
        case .badValue: 2
        case .noSuchJob, .unreadable: 10
        case .cannotWrite: 6
        case .historyBusy: 9
        }
    }

    private static func unknownText(_ kind: String, _ name: String, _ suggestion: String?) -> String {
        let shown = TextCleaning.oneLine(name)
        let advice =
            suggestion.map { "Did you mean \"\($0)\"?" } ?? "\"turbo2k \(kind)s list\" shows the \(kind)s there are."
        return "There is no \(kind) \"\(shown)\". \(advice)"
    }
}
