import ArgumentParser
import Foundation
import Generation
import StudioCore
import VideoIO

extension HistoryCommand {
    struct Show: AsyncParsableCommand {
        enum Format: String, ExpressibleByArgument, CaseIterable {
            case text, json, toml, args
        }

        static let configuration = CommandConfiguration(
            abstract: "Show a job, or the recipe inside a clip.",
            discussion: """
                With --format args the recipe comes as options of this program: \
                turbo2k history show clip.mp4 --format args | xargs turbo2k models plan
                """)

        @Argument(help: "A job's number or a clip's file.", completion: .file())
        var what: String

        @Option(help: "text, json, toml (a preset) or args (options of this program).")
        var format: Format?

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let format = format ?? (report.json ? .json : .text)
            if let id = Int(what) {
                let history = try Workplace().history()
                try show(try history.job(id), history, format)
            } else {
                try show(try Self.recipe(in: what), format)
            }
        }

        /// Reads the recipe a clip carries.
        static func recipe(in path: String) throws -> RecipeDocument {
            let shown = TextCleaning.oneLine(path)
            guard FileManager.default.fileExists(atPath: path) || path.contains("%") else {
                throw StudioError.unreadable("There is no file \(shown).")
            }
            guard let comment = try ContainerMetadata(readingFrom: path).comment, !comment.isEmpty else {
                throw StudioError.unreadable("\(shown) carries no recipe; only clips made by turbo2k do.")
            }
            do {
                return try RecipeDocument(json: comment)
            } catch {
                throw StudioError.unreadable("\(shown): \(error)")
            }
        }

        private func show(_ job: JobRecord, _ history: History, _ format: Format) throws {
            switch format {
            case .json: Output.object(try JobText.fields(job, details: history))
            case .text: try JobText.lines(job, history).forEach(Output.result)
            case .toml, .args: try show(job.recipe, format)
            }
        }

        /// Text in another language than JSON, which with --json is a field of the result.
        private func tell(_ text: String) {
            let text = TextCleaning.cleaned(text)
            report.json ? report.done([("text", .string(text))]) : Output.content(text)
        }

        private func show(_ document: RecipeDocument, _ format: Format) throws {
            switch format {
            // With --json it is an event like others; the format itself is the text that the clip carries.
            case .json:
                Output.result((report.json ? "{\"event\":\"recipe\"," + document.json().dropFirst() : document.json()))
            case .text: RecipeText.lines(document).forEach(Output.result)
            case .toml:
                let name = OutputName.slug(document.recipe.prompt)
                let preset = Preset(name: name, about: "from a clip", recipe: document.recipe)
                tell(PresetLibrary.text(of: preset))
            case .args: tell(RecipeText.arguments(document.recipe) + "\n")
            }
        }
    }
}
