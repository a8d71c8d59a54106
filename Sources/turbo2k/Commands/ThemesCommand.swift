import ArgumentParser
import Foundation
import StudioCore

struct ThemesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "themes",
        abstract: "Colours of the studio.",
        subcommands: [List.self, Show.self, Check.self],
        defaultSubcommand: List.self)
}

extension ThemesCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List themes.")

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            for entry in Workplace().themes().entries {
                let theme = entry.theme
                if report.json {
                    Output.object([
                        ("event", "theme"), ("name", .string(theme.name)), ("about", .string(theme.about)),
                        ("kind", .string(theme.kind.rawValue)), ("origin", entry.isOwn ? "yours" : "shipped"),
                    ])
                } else {
                    let name = theme.name.padding(toLength: 20, withPad: " ", startingAt: 0)
                    let kind = theme.kind.rawValue.padding(toLength: 6, withPad: " ", startingAt: 0)
                    Output.result("\(name) \(kind) \(theme.about)\(entry.isOwn ? " (yours)" : "")")
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a theme's colours.")

        @Argument(help: "The theme's name.", completion: .asked(.themes))
        var name: String

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let theme = try Workplace().themes().theme(named: name)
            for role in ThemeRole.allCases {
                let token = theme.token(role)
                if report.json {
                    Output.object([
                        ("event", "color"), ("role", .string(role.rawValue)),
                        ("hex", JSONValue(token.hex?.description)),
                        ("ansi16", JSONValue(token.ansi?.name)), ("bold", .boolean(token.isBold)),
                    ])
                    continue
                }
                let words = [token.hex?.description, token.ansi?.name, token.isBold ? "bold" : nil].compactMap { $0 }
                let text = words.isEmpty ? "the terminal's own" : words.joined(separator: "  ")
                Output.result(RecipeText.padded(role.rawValue) + text)
            }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the contrast of each pair in truecolor, 256 and 16 colours.",
            discussion: "Exits with 1 where a pair is too weak, with 11 where the file is wrong.")

        @Argument(help: "A theme's file or name.", completion: .asked(.themes))
        var theme: String

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let measurements = ThemeContrast.measure(try load())
            for found in measurements {
                report.json ? Output.object(fields(found)) : Output.result(line(found))
            }
            let weak = measurements.count { !$0.passes }
            if weak > 0 {
                throw Failure.Exit(
                    code: 1, description: "\(weak) pairs have too little contrast; see the lines marked !.")
            }
        }

        private func load() throws -> Theme {
            guard FileManager.default.fileExists(atPath: theme) else {
                return try Workplace().themes().theme(named: theme)
            }
            let (loaded, problems) = try ThemeLibrary.load(URL(filePath: theme))
            problems.dropLast().forEach(Reporting.problem)
            if let last = problems.last { throw StudioError.badFile(last) }
            return loaded
        }

        private func line(_ found: ThemeContrast.Measurement) -> String {
            let pair = "\(found.foreground.rawValue) on \(found.background.rawValue)"
                .padding(toLength: 24, withPad: " ", startingAt: 0)
            let depth = found.depth.rawValue.padding(toLength: 5, withPad: " ", startingAt: 0)
            let ratio = found.ratio.map { String((($0 * 100).rounded()) / 100) } ?? "the terminal's own"
            return "\(found.passes ? " " : "!") \(depth) \(pair) \(ratio) (at least \(found.least))"
        }

        private func fields(_ found: ThemeContrast.Measurement) -> [(key: String, value: JSONValue)] {
            [
                ("event", "contrast"), ("depth", .string(found.depth.rawValue)),
                ("foreground", .string(found.foreground.rawValue)), ("background", .string(found.background.rawValue)),
                ("ratio", JSONValue(found.ratio)), ("least", .number(found.least)), ("ok", .boolean(found.passes)),
            ]
        }
    }
}
