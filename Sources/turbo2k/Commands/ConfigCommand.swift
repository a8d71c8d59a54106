import ArgumentParser
import Foundation
import StudioCore

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Read and change the settings.",
        subcommands: [List.self, Get.self, Set.self, Where.self],
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
                let value = key.value(in: workplace.settings)
                if report.json {
                    let fields: [(key: String, value: JSONValue)] = [
                        ("event", "setting"), ("key", .string(key.name)), ("value", JSONValue(value)),
                        ("decided_by", .string(ConfigSource.text(key, workplace.paths))),
                    ]
                    Output.result(JSONValue.object(fields).text)
                } else {
                    let name = key.name.padding(toLength: 22, withPad: " ", startingAt: 0)
                    Output.result(name + (value.map(TextCleaning.oneLine) ?? "(chosen by the program)"))
                }
            }
        }
    }

    struct Get: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a setting's value; nothing where the program chooses.")

        @Argument(help: "The setting's key.", completion: .custom { _, _, _ in Completion.settings() })
        var key: String

        func run() async throws {
            let key = try SettingKey.named(key)
            if let value = key.value(in: Workplace().settings) { Output.result(TextCleaning.oneLine(value)) }
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a setting into the settings file; its comments stay.")

        @Argument(help: "The setting's key.", completion: .custom { _, _, _ in Completion.settings() })
        var key: String

        @Argument(help: "The value: a word, a number, true or false.")
        var value: String

        func run() async throws {
            let key = try SettingKey.named(key)
            let file = Workplace().paths.settingsFile
            try Settings.set(key.name, to: value, in: file)
        }
    }

    struct Where: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what decides a setting: a line of the settings file, a variable, or the program's default.")

        @Argument(help: "The setting's key.", completion: .custom { _, _, _ in Completion.settings() })
        var key: String

        func run() async throws {
            let key = try SettingKey.named(key)
            Output.result(ConfigSource.text(key, StudioPaths()))
        }
    }
}

/// What decides a setting, in words.
enum ConfigSource {
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
