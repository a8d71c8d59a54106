import ArgumentParser
import Foundation
import Generation
import StudioCore
import VideoIO

/// How a command fails: a sentence on standard error, or a JSON object, and an exit code.
enum Failure {
    /// A failure that names its own exit code.
    struct Exit: Error, CustomStringConvertible {
        var code: Int32
        var description: String
    }

    /// Ends the program.
    static func report(_ error: any Error) -> Never {
        if let status = Signals.status { reportStop(status) }
        guard let code = code(of: error) else { reportUsage(error) }
        let sentence = sentence(of: error)
        if Reporting.isJSON {
            Output.result(object(error, code, sentence).text)
        } else {
            Output.message("turbo2k: " + sentence)
        }
        Signals.exit(with: code)
    }

    /// A signal ended the run, or nobody reads the results any more (status 0).
    private static func reportStop(_ status: Int32) -> Never {
        if Reporting.isJSON, status != 0 {
            let fields: [(key: String, value: JSONValue)] = [
                ("event", "error"), ("exit", .integer(Int(status))), ("kind", "stopped"), ("message", "Stopped."),
            ]
            Output.result(JSONValue.object(fields).text)
        }
        exit(status)
    }

    /// The exit status; nil for errors of the argument parser, which knows its own.
    static func code(of error: any Error) -> Int32? {
        switch error {
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
        if error is CancellationError { return "Stopped." }
        let failure = JobFailure(error)
        let advice =
            failure.exitCode == JobFailure.otherStateExitCode
            ? " " + (failure.suggestions ?? []).joined(separator: " or ") + " says what is to happen." : ""
        return TextCleaning.oneLine(String(describing: error)) + advice
    }

    private static func object(_ error: any Error, _ code: Int32, _ sentence: String) -> JSONValue {
        var fields: [(key: String, value: JSONValue)] = [
            ("event", "error"), ("exit", .integer(Int(code))), ("kind", .string(kind(code))),
            ("message", .string(sentence)),
        ]
        let failure = JobFailure(error)
        if let needed = failure.neededBytes, let available = failure.availableBytes {
            fields += [("needed_bytes", .integer(needed)), ("available_bytes", .integer(available))]
        }
        if let suggestions = failure.suggestions, !suggestions.isEmpty {
            fields.append(("suggest", .array(suggestions.map { .string($0) })))
        }
        return .object(fields)
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
        return "turbo2k: There is no command \"\(TextCleaning.shortened(word, to: 40))\". \(advice)"
    }

    /// Help, version and wrong usage in the parser's own words, cleaned of what the arguments may hold.
    private static func reportUsage(_ error: any Error) -> Never {
        let code = Turbo2K.exitCode(for: error)
        let text = unknownCommand(code) ?? Turbo2K.fullMessage(for: error)
        if !text.isEmpty {
            if code.isSuccess { Output.result(text) } else { Output.message(text) }
        }
        Signals.exit(with: code.rawValue)
    }
}
