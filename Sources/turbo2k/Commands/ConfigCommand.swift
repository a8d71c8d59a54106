import ArgumentParser
import Foundation
import Generation
import StudioCore
import TerminalKit

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Read and change the settings.",
        subcommands: [List.self, Get.self, Set.self, Where.self, Edit.self],
        defaultSubcommand: List.self)
}

extension ConfigCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List every setting with its value.")

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let workplace = Workplace()
            for key in SettingKey.all {
                if report.json {
                    Output.object(ConfigSource.fields(key, workplace))
                } else {
                    let name = key.name.padding(toLength: 22, withPad: " ", startingAt: 0)
                    let value = ConfigSource.value(key, workplace)
                    Output.result(name + (value.map(TextCleaning.oneLine) ?? "(chosen by the program)"))
                }
            }
        }
    }

    struct Get: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a setting's value; nothing where the program chooses.")

        @Argument(help: "The setting's key.", completion: .asked(.settings))
        var key: String

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let (key, workplace) = (try SettingKey.named(key), Workplace())
            if report.json { return Output.object(ConfigSource.fields(key, workplace)) }
            if let value = ConfigSource.value(key, workplace) { Output.result(TextCleaning.oneLine(value)) }
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a setting into the settings file; its comments stay.")

        @Argument(help: "The setting's key.", completion: .asked(.settings))
        var key: String

        @Argument(help: "The value: a word, a number, true or false.")
        var value: String

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let key = try SettingKey.named(key)
            let workplace = Workplace()
            // A name that nothing has would be told at every start.
            switch key.name {
            case "theme": _ = try workplace.themes().theme(named: value)
            case "preset": _ = try workplace.presets().entry(named: value)
            default: break
            }
            try Settings.set(key.name, to: value, in: workplace.paths.settingsFile)
            report.done([("key", .string(key.name)), ("value", .string(value))])
        }
    }

    struct Where: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what decides a setting: a line of the settings file, a variable, or the program's default.")

        @Argument(help: "The setting's key.", completion: .asked(.settings))
        var key: String

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let (key, workplace) = (try SettingKey.named(key), Workplace())
            report.json
                ? Output.object(ConfigSource.fields(key, workplace))
                : Output.result(ConfigSource.text(key, workplace.paths))
        }
    }
}

extension ConfigCommand {
    struct Edit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Open the settings file in $VISUAL or $EDITOR, and check it afterwards.")

        /// What a new file begins with.
        private static let head = "# Settings of Turbo2K Studio. \"turbo2k config list\" shows every key.\n"

        func run() async throws {
            guard isatty(STDIN_FILENO) == 1 else {
                throw GenerationError.badValue("Editing needs a terminal; \"turbo2k config set\" needs none.")
            }
            let file = Workplace().paths.settingsFile
            let path = file.path(percentEncoded: false)
            if !FileManager.default.fileExists(atPath: path) {
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(Self.head.utf8).write(to: file, options: .atomic)
            }
            let editor = EditorCommand(ProcessInfo.processInfo.environment)
            let status = try ChildProgram.run(editor.words(for: path), on: STDIN_FILENO).get()
            guard status == 0 else { throw Failure.Exit(code: 1, description: editor.problem(status)) }
            let problems = try Settings.load(file).problems
            problems.dropLast().forEach(Reporting.problem)
            if let last = problems.last { throw StudioError.badFile(last) }
        }
    }
}

/// What decides a setting, in words.
enum ConfigSource {
    static func fields(_ key: SettingKey, _ workplace: Workplace) -> [(key: String, value: JSONValue)] {
        [
            ("event", "setting"), ("key", .string(key.name)), ("value", JSONValue(value(key, workplace))),
            ("decided_by", .string(text(key, workplace.paths))),
        ]
    }

    static func value(_ key: SettingKey, _ workplace: Workplace) -> String? {
        key.value(in: workplace.settings, environment: ProcessInfo.processInfo.environment)
    }

    static func text(_ key: SettingKey, _ paths: StudioPaths) -> String {
        let file = paths.settingsFile
        let exists = FileManager.default.fileExists(atPath: file.path(percentEncoded: false))
        let text = exists ? (try? String(contentsOf: file, encoding: .utf8)) ?? "" : ""
        switch key.source(inFile: text, environment: ProcessInfo.processInfo.environment) {
        case .standard: return "default"
        case .file(let line): return "\(TextCleaning.oneLine(paths.abbreviating(file))) line \(line)"
        case .environment(let variable, let value):
            return "\(variable)=\(TextCleaning.shortened(value, to: 40)) in the environment"
        }
    }
}
