import Generation

/// A job's or a request's failure, as it goes from process to process.
package struct JobFailure: Error, Sendable, Hashable, Codable, CustomStringConvertible {
    /// A sentence a user can act on.
    package var message: String
    /// The exit status of a program that fails so.
    package var exitCode: Int32
    /// A model is missing, incomplete or damaged.
    package static let modelExitCode: Int32 = 3
    /// A state that is of other weights, another build or another kind of CPU.
    package static let otherStateExitCode: Int32 = 12
    /// Options of `turbo2k resume` for such a state.
    private static let (anyway, anew) = ("--anyway", "--anew")

    package var neededBytes: Int?
    package var availableBytes: Int?
    /// Options of the command line that would help, one by one.
    package var suggestions: [String]?

    package init(_ error: any Error) {
        message = TextCleaning.oneLine(String(describing: error))
        switch error {
        case let error as JobFailure: self = error
        case let error as GenerationError:
            exitCode = error.exitCode
            switch error {
            case .notEnoughMemory(_, let needed, let available, let fitting):
                (neededBytes, availableBytes, suggestions) = (needed, available, fitting)
            case .otherState(_, let canGoOn): suggestions = (canGoOn ? [Self.anyway] : []) + [Self.anew]
            case .codecMissing: suggestions = OutputTarget.choices.map { "-o NAME.\($0.ending)" }
            default: break
            }
        case let error as StudioError: exitCode = error.exitCode
        case is CancellationError: exitCode = 8
        default: exitCode = 1
        }
    }

    /// Memory that runs out in the middle of a job is another matter than a refusal: what was done is kept.
    init(_ error: any Error, hasStarted: Bool) {
        self.init(error)
        if hasStarted, exitCode == 4 { exitCode = 5 }
    }

    package var description: String { message }

    /// The error it was made from, where it was one of the engine's or the studio's own.
    package var original: any Error {
        switch exitCode {
        case 2: GenerationError.badValue(message)
        case 3: GenerationError.badModel(message)
        case 4:
            GenerationError.notEnoughMemory(
                message, neededBytes: neededBytes ?? 0, availableBytes: availableBytes ?? 0,
                suggestions: suggestions ?? [])
        case 6: GenerationError.cannotWrite(message)
        case 7: GenerationError.codecMissing(message)
        case 8: CancellationError()
        case 9: StudioError.historyBusy(message)
        case 10: StudioError.unreadable(message)
        case Self.otherStateExitCode:
            GenerationError.otherState(message, canGoOn: suggestions?.contains(Self.anyway) ?? false)
        default: self
        }
    }
}
