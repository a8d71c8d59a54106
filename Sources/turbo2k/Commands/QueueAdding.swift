import ArgumentParser
import Foundation
import Generation
import StudioCore

extension QueueCommand {
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Enter a draft, or the commit of one, and leave. Prints the job's number.",
            discussion: "The engine's process is started where none runs.")

        @Argument(help: "What the clip shows; \"-\" reads standard input, \"@FILE\" a file. Left out with --commit.")
        var prompt: String?

        @Option(
            help: ArgumentHelp("Commit this draft, by its number or \"last\".", valueName: "draft"),
            completion: .asked(.drafts))
        var commit: String?

        @Option(name: .shortAndLong, help: ArgumentHelp("The clip's file.", valueName: "file"))
        var output: String?

        @OptionGroup var recipe: RecipeOptions
        @OptionGroup var engine: EngineOptions
        @OptionGroup var waiting: QueueWaitOptions
        @OptionGroup var report: ReportOptions

        func validate() throws {
            guard (prompt == nil) != (commit == nil) else {
                throw ValidationError("Give either a prompt or --commit with a draft.")
            }
        }

        func run() async throws {
            report.apply()
            let workplace = Workplace()
            let queue = try await JobPlace.start(workplace, engine)
            let job = try await entered(workplace, queue)
            report.json
                ? Output.object(JobText.fields(try queue.history.job(job.id))) : Output.result(String(job.id))
            try await waiting.wait(workplace)
            report.done([("job", .integer(job.id))])
        }

        private func entered(_ workplace: Workplace, _ queue: WorkerClient) async throws -> JobHandle {
            if let commit { return try await entered(commit: commit, workplace, queue) }
            let preset = try recipe.resolve(workplace.presets(), defaultPreset: workplace.settings.preset)
            let recipe = preset.recipe(prompt: try PromptText.read(prompt ?? ""), seed: try recipe.seedValue())
            let file = output.map { JobOutput(file: workplace.paths.expanding($0), crf: preset.output.crf) }
            return try await queue.draft(recipe, preset: preset.name, output: file)
        }

        private func entered(
            commit name: String, _ workplace: Workplace, _ queue: WorkerClient
        ) async throws -> JobHandle {
            let draft = try DraftNumber.find(name, in: queue.history)
            let settings = workplace.outputSettings(of: draft)
            var asked = draft.recipe.recipe
            try recipe.commit.apply(to: &asked.hr)
            let file = try OutputPlace.file(
                output, workplace, preset: settings, recipe: asked, kind: .commit, job: draft.id)
            return try await queue.commit(
                draft: draft.id, hr: asked.hr, precision: try recipe.precision.map { try PrecisionName.value($0) },
                output: JobOutput(file: file, crf: settings.crf))
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let the queue go on, or one job that was stopped, has failed, or waits since the engine ended.")

        @Argument(help: "A job's number; without it, the queue.", completion: .asked(.jobs))
        var job: Int?

        @OptionGroup var engine: EngineOptions
        @OptionGroup var waiting: QueueWaitOptions
        @OptionGroup var report: ReportOptions

        func run() async throws {
            report.apply()
            let workplace = Workplace()
            let queue = try await JobPlace.start(workplace, engine)
            if let job { _ = try await queue.resume(job) } else { try await queue.change(.pause(false)) }
            try await waiting.wait(workplace)
            report.done([("job", JSONValue(job))])
        }
    }
}
