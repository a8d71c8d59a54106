import ArgumentParser
import Foundation
import Generation
import StudioCore

struct PresetsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "presets",
        abstract: "Named settings.",
        subcommands: [
            List.self, Show.self, Save.self, Rename.self, Delete.self, Diff.self, Export.self, Import.self, Check.self,
        ],
        defaultSubcommand: List.self)
}

extension PresetsCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List presets and where each comes from.")

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let library = Workplace().presets()
            for entry in library.entries {
                let preset = try library.resolved(entry.preset.name)
                if report.json {
                    Output.object(PresetText.fields(preset, entry.origin))
                } else {
                    let name = entry.preset.name.padding(toLength: 20, withPad: " ", startingAt: 0)
                    let sizes = "\(preset.lr.size) -> \(preset.hr.size) \(preset.frames)f"
                        .padding(toLength: 28, withPad: " ", startingAt: 0)
                    let origin = entry.origin == .shipped ? "" : " (\(entry.origin.rawValue))"
                    Output.result("\(name) \(sizes) \(preset.about)\(origin)")
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a preset with everything filled in.")

        @Argument(help: "The preset's name.", completion: .asked(.presets))
        var name: String

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let library = Workplace().presets()
            let preset = try library.resolved(name)
            let origin = try library.entry(named: name).origin
            if report.json {
                Output.object(PresetText.fields(preset, origin))
            } else {
                PresetText.lines(preset, origin).forEach(Output.result)
            }
        }
    }

    struct Save: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Save settings under a name, as one of your own presets.",
            discussion: "What is not given comes from --preset, which the new preset is then based on.")

        @Argument(help: "1 to 40 characters.")
        var name: String

        @Option(help: "A word about it, for the list.")
        var about: String?

        @Option(help: "Take the settings of this job or clip.", completion: .file())
        var from: String?

        @OptionGroup var recipe: RecipeOptions
        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let workplace = Workplace()
            var library = workplace.presets()
            let file = try library.save(try preset(workplace, library))
            let path = file.path(percentEncoded: false)
            report.done([("preset", .string(name)), ("file", .string(path))])
            if !report.json { Output.result(path) }
        }

        private func preset(_ workplace: Workplace, _ library: PresetLibrary) throws -> Preset {
            if let from {
                let document =
                    try Int(from).map { try workplace.history().job($0).recipe }
                    ?? HistoryCommand.Show.recipe(in: from)
                return Preset(name: name, about: about ?? "", recipe: document.recipe)
            }
            let base = recipe.preset ?? workplace.settings.preset
            // Checks and rounds everything that was given.
            let resolved = try recipe.resolve(library, defaultPreset: base)
            var preset = Preset(name: name, about: about ?? "", basedOn: base)
            if base == name {
                preset = try library.entry(named: base).preset
                preset.about = about ?? preset.about
            }
            recipe.copyGiven(from: resolved, into: &preset)
            return preset
        }
    }

    struct Rename: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give one of your presets another name.")

        @Argument(help: "The name it has.", completion: .asked(.presets))
        var name: String

        @Argument(help: "The new name, 1 to 40 characters.")
        var newName: String

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            var library = Workplace().presets()
            try library.rename(name, to: newName)
            report.done([("preset", .string(newName))])
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove one of your presets; a shipped one of that name shows again.")

        @Argument(help: "The preset's name.", completion: .asked(.presets))
        var name: String

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            var library = Workplace().presets()
            try library.delete(name)
            report.done([("preset", .string(name))])
        }
    }

    struct Diff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show in what two presets differ.")

        @Argument(help: "A preset's name.", completion: .asked(.presets))
        var first: String

        @Argument(help: "Another preset's name.", completion: .asked(.presets))
        var second: String

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let library = Workplace().presets()
            let left = PresetText.rows(try library.resolved(first))
            let right = PresetText.rows(try library.resolved(second))
            for (one, other) in zip(left, right) where one.value != other.value {
                report.json
                    ? Output.object([
                        ("event", "difference"), ("name", .string(one.name)), ("first", .string(one.value)),
                        ("second", .string(other.value)),
                    ]) : Output.result("\(PresetText.padded(one.name))\(one.value) | \(other.value)")
            }
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Write a preset's file to standard output or a file.")

        @Argument(help: "The preset's name.", completion: .asked(.presets))
        var name: String

        @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"))
        var output: String?

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let text = try Workplace().presets().export(name)
            guard let output else {
                report.done([("preset", .string(name)), ("text", .string(text))])
                return report.json ? () : Output.content(text)
            }
            do {
                try Data(text.utf8).write(to: URL(filePath: output), options: .atomic)
            } catch {
                throw GenerationError.cannotWrite(
                    "\(TextCleaning.oneLine(output)) cannot be written; choose another place.")
            }
            report.done([("preset", .string(name)), ("file", .string(output))])
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Copy a preset file into your own presets.")

        @Argument(help: "A preset's TOML file.", completion: .file(extensions: ["toml"]))
        var file: String

        @Flag(help: "Replace your preset of that name.")
        var replace = false

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            var library = Workplace().presets()
            let name = try library.importFile(URL(filePath: file), replacing: replace)
            report.done([("preset", .string(name))])
            if !report.json { Output.result(name) }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Say what is wrong in a preset file.")

        @Argument(help: "A preset's TOML file.", completion: .file(extensions: ["toml"]))
        var file: String

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let problems = try PresetLibrary.check(URL(filePath: file))
            guard let last = problems.last else {
                report.done([("ok", true)])
                return report.json ? () : Output.result("ok")
            }
            problems.dropLast().forEach(Reporting.problem)
            throw StudioError.badFile(last)
        }
    }
}
