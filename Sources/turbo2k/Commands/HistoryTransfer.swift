import ArgumentParser
import Foundation
import StudioCore
import VideoIO

extension HistoryCommand {
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write every job with its recipe, steps, files and tags as JSON, one a line, oldest first.")

        @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"))
        var output: String?

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let workplace = Workplace()
            let history = try workplace.history()
            let jobs = try history.jobs().reversed()
            guard let output else {
                for job in jobs { Output.object(try JobText.fields(job, details: history)) }
                return
            }
            let lines = try jobs.map { JSONValue.object(try JobText.fields($0, details: history)).text }
            let file = workplace.paths.expanding(output)
            do {
                try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: file, options: .atomic)
            } catch {
                throw StudioError.cannotWrite(
                    "\(TextCleaning.oneLine(output)) cannot be written; choose another place.")
            }
            report.done([("file", .string(file.path(percentEncoded: false))), ("jobs", .integer(lines.count))])
        }
    }

    struct Rebuild: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Enter the clips of a folder, and of those in it, that carry a recipe and are not known.",
            discussion:
                "Settings come back, latents do not: a draft that was entered so has to be made again to commit.")

        @Argument(help: "The folder.", completion: .directory)
        var folder: String

        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let workplace = Workplace()
            let root = workplace.paths.expanding(folder)
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: root.path, isDirectory: &isFolder), isFolder.boolValue,
                let files = FileManager.default.enumerator(
                    at: root, includingPropertiesForKeys: nil, options: .skipsHiddenFiles)
            else { throw StudioError.unreadable("There is no folder \(TextCleaning.oneLine(folder)).") }
            let history = try workplace.history()
            // Oldest first, so that the numbers follow the order in which the clips were made.
            let clips = files.compactMap { ($0 as? URL).flatMap(clip) }
                .sorted {
                    ($0.recipe.made ?? .distantPast, $0.file.path) < ($1.recipe.made ?? .distantPast, $1.file.path)
                }
            var jobs: [Int] = []
            for clip in clips {
                guard let id = try history.adopt(clip.file, clip.recipe) else { continue }
                jobs.append(id)
                try show(id, clip.file, history)
            }
            report.done([("jobs", .array(jobs.map { .integer($0) }))])
            if jobs.isEmpty, !report.json, !report.quiet { Output.message("No clips that are not in the history.") }
        }

        private func show(_ id: Int, _ file: URL, _ history: History) throws {
            report.json
                ? Output.object(JobText.fields(try history.job(id)))
                : Output.result("\(id) \(TextCleaning.oneLine(file.path))")
        }

        /// Clips only: a folder of pictures is one clip, which its own folder's name tells.
        private func clip(_ file: URL) -> (file: URL, recipe: RecipeDocument)? {
            guard let container = try? VideoContainer(path: file.path), container != .pictures,
                let recipe = try? HistoryCommand.Show.recipe(in: file.path)
            else { return nil }
            return (file, recipe)
        }
    }
}
