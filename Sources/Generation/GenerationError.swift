/// Why a job did not start or did not end well. `description` is one sentence a user can act on.
package enum GenerationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A value that cannot be used: size, frames, prompt, seed. Exit code 2.
    case badValue(String)
    /// A model is missing, incomplete or damaged. Exit code 3.
    case badModel(String)
    /// Refused before the start: not enough memory. Exit code 4.
    /// `suggestions`: options of the command line that would fit, one by one.
    case notEnoughMemory(String, neededBytes: Int, availableBytes: Int, suggestions: [String] = [])
    /// The disk is full or the output cannot be written. Exit code 6.
    case cannotWrite(String)
    /// A codec or container is not available. Exit code 7.
    case codecMissing(String)
    /// A draft's folder is unreadable or damaged. Exit code 10.
    case badDraft(String)
    /// The state of a stopped job is not of these weights, this build or this kind of CPU, and nobody has said what is to
    /// happen then. Exit code 12. `canGoOn`: it fits, but what it leads to may differ.
    case otherState(String, canGoOn: Bool)

    package var description: String {
        switch self {
        case .badValue(let text), .badModel(let text), .notEnoughMemory(let text, _, _, _), .cannotWrite(let text),
            .codecMissing(let text), .badDraft(let text), .otherState(let text, _):
            text
        }
    }

    /// The process's exit status for this error.
    package var exitCode: Int32 {
        switch self {
        case .badValue: 2
        case .badModel: 3
        case .notEnoughMemory: 4
        case .cannotWrite: 6
        case .codecMissing: 7
        case .badDraft: 10
        case .otherState: 12
        }
    }
}
