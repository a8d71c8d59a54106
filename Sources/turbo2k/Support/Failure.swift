import ArgumentParser
import Foundation
import Generation
import StudioCore
import VideoIO

/// How a command fails: a sentence on standard error, or a JSON object, and an exit code.
enum Failure {
    /// A job's failure: it can go on under its number, where something of it is kept.
    struct OfJob: Error {
        var job: Int
        var reason: any Error
    }

    /// A failure that names its own exit code.
    struct Exit: Error, CustomStringConvertible {
        var code: Int32
        var description: String
    }

    /// Ends the program.
    static func report(_ error: any Error) -> Never {
        if let status = Signals.status { reportStop(status) }
        guard let code = code(of: error) else { reportUsage(error) }
        if Reporting.isJSON {
            tell(code, kind(code), sentence(of: error), more(error))
        } else {
            Output.message("turbo2k: " + sentence(of: error))
        }
        Signals.exit(with: code)
    }

    /// A signal ended the run, or nobody reads the results any more (status 0).
    private static func reportStop(_ status: Int32) -> Never {
        tellStop(status)
        exit(status)
    }

    /// The last object of a run that a signal ended; a closed output is told nothing.
    static func tellStop(_ status: Int32) {
        if Reporting.isJSON, status != 0 { tell(status, "stopped", "Stopped.") }
    }

    private static func tell(
        _ code: Int32, _ kind: String, _ message: String, _ more: [(key: String, value: JSONValue)] = []
    ) {
        Output.object(
            [
                ("event", "error"), ("exit", .integer(Int(code))), ("kind", .string(kind)),
                ("message", .string(message)),
            ] + more)
    }

    /// The exit status; nil for errors of the argument parser, which knows its own.
    static func code(of error: any Error) -> Int32? {
        switch error {
        case let error as OfJob: code(of: error.reason)
        case let error as GenerationError: error.exitCode
        case let error as StudioError: error.exitCode
        case let error as JobFailure: error.exitCode
        case let error as EngineEnd: error.exitCode
        case let error as FileProblem: StudioError.badFile(error).exitCode
        case let error as VideoError: videoCode(error)
        case let error as Exit: error.code
        case is CancellationError: 8
        case is ValidationError, is CleanExit, is ExitCode: nil
        default: String(reflecting: type(of: error)).hasPrefix("ArgumentParser.") ? nil : 1
        }
    }

    private static func videoCode(_ error: VideoError) -> Int32 {
        switch error {
        case .unknownExtension, .codecMissing, .codecNotInContainer: 7
        case .folderMissing, .isFolder, .busy, .diskFull, .cannotWrite: 6
        case .cannotRead, .noVideo, .damaged: 10
        case .badValue, .metadataTooLarge: 2
        }
    }

    static func sentence(of error: any Error) -> String {
        switch error {
        case is CancellationError: "Stopped."
        case let error as OfJob: sentence(of: error.reason) + advice(error)
        default: TextCleaning.oneLine(String(describing: error)) + choice(JobFailure(error))
        }
    }

    /// Another build's state: the user says what is to happen to it.
    private static func choice(_ failure: JobFailure) -> String {
        guard failure.exitCode == JobFailure.otherStateExitCode else { return "" }
        return " " + (failure.suggestions ?? []).joined(separator: " or ") + " says what is to happen."
    }

    /// After a lack of memory or room, or the engine's end, what was done is kept.
    private static func advice(_ error: OfJob) -> String {
        let code = code(of: error)
        guard code == 5 || code == 6 || error.reason is EngineEnd else { return "" }
        return " \"turbo2k resume \(error.job)\" goes on from there\(code == 6 ? " when that is put right" : "")."
    }

    /// What else scripts may want to know.
    private static func more(_ error: any Error) -> [(key: String, value: JSONValue)] {
        if let error = error as? OfJob { return [("job", .integer(error.job))] + more(error.reason) }
        var fields: [(key: String, value: JSONValue)] = []
        let failure = JobFailure(error)
        if let needed = failure.neededBytes, let available = failure.availableBytes {
            fields += [("needed_bytes", .integer(needed)), ("available_bytes", .integer(available))]
        }
        if let suggestions = failure.suggestions, !suggestions.isEmpty {
            fields.append(("suggest", .array(suggestions.map { .string($0) })))
        }
        return fields
    }

    private static func kind(_ code: Int32) -> String {
        switch code {
        case 2: "value"
        case 3: "model"
        case 4, 5: "memory"
        case 6: "disk"
        case 7: "codec"
        case 8: "stopped"
        case 9: "busy"
        case 10: "input"
        case 11: "settings"
        case 12: "state"
        default: "failed"
        }
    }

    /// Without a command everything goes to the studio, whose complaint about a misspelt command would not help.
    private static func unknownCommand(_ code: ExitCode) -> String? {
        let names = Turbo2K.configuration.subcommands.map { $0._commandName }
        guard !code.isSuccess, let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-"),
            !names.contains(word)
        else { return nil }
        let advice = NearestName.of(word, in: names).map { "Did you mean \"\($0)\"?" } ?? "See \"turbo2k --help\"."
        return "There is no command \"\(TextCleaning.shortened(word, to: 40))\". \(advice)"
    }

    /// Help, version and wrong usage in the parser's own words, cleaned of what the arguments may hold.
    private static func reportUsage(_ error: any Error) -> Never {
        let code = Turbo2K.exitCode(for: error)
        let unknown = unknownCommand(code)
        let text = unknown.map { "turbo2k: " + $0 } ?? Turbo2K.fullMessage(for: error)
        // What cannot be parsed has not said how it wants to be told.
        if !code.isSuccess, !text.isEmpty, Reporting.isJSON || CommandLine.arguments.contains("--json") {
            tell(code.rawValue, "usage", TextCleaning.oneLine(unknown ?? Turbo2K.message(for: error)))
        } else if !text.isEmpty {
            if code.isSuccess { Output.result(text) } else { Output.message(text) }
        }
        Signals.exit(with: code.rawValue)
    }
}
