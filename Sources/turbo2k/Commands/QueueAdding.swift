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
            completion: .custom { _, _, _ in Completion.drafts() })
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
                ? Output.result(JobText.json(try queue.history.job(job.id)).text) : Output.result(String(job.id))
            try await waiting.wait(workplace)
        }

        private func entered(_ workplace: Workplace, _ queue: WorkerClient) async throws -> JobHandle {
            if let commit { return try await self.commit(commit, workplace, queue) }
            let preset = try recipe.resolve(workplace.presets(), defaultPreset: workplace.settings.preset)
            let recipe = preset.recipe(prompt: try PromptText.read(prompt ?? ""), seed: try recipe.seedValue())
            let file = output.map { JobOutput(file: workplace.paths.expanding($0), crf: preset.output.crf) }
            return try await queue.draft(recipe, preset: preset.name, output: file)
        }

        private func commit(_ name: String, _ workplace: Workplace, _ queue: WorkerClient) async throws -> JobHandle {
            let draft = try DraftNumber.find(name, in: queue.history)
            let settings = workplace.outputSettings(of: draft)
            var hr = draft.recipe.recipe.hr
            if let size = recipe.size { hr.size = try Values.size(size, "--size") }
            if let steps = recipe.hrSteps { hr.steps = try Values.inRange(steps, RecipeLimits.steps, "--hr-steps") }
            var asked = draft.recipe.recipe
            asked.hr = hr
            let file = try OutputPlace.file(
                output, workplace, preset: settings, recipe: asked, kind: .commit, job: draft.id)
            return try await queue.commit(draft: draft.id, hr: hr, output: JobOutput(file: file, crf: settings.crf))
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let the queue go on, or one job that was stopped, has failed, or waits since the engine ended.")

        @Argument(help: "A job's number; without it, the queue.", completion: .custom { _, _, _ in Completion.jobs() })
        var job: Int?

        @OptionGroup var engine: EngineOptions
        @OptionGroup var waiting: QueueWaitOptions

        func run() async throws {
            let workplace = Workplace()
            let queue = try await JobPlace.start(workplace, engine)
            if let job { _ = try await queue.resume(job) } else { try await queue.change(.pause(false)) }
            try await waiting.wait(workplace)
        }
    }
}
