import ArgumentParser
import Foundation
import Generation
import StudioCore

struct CommitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "commit",
        abstract: "Turn a kept draft into the high-resolution clip. Prints the clip's path.")

    @Argument(
        help: "The draft's number, or \"last\".", completion: .asked(.drafts))
    var draft: String

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The clip's file; its ending chooses the format.", valueName: "file"))
    var output: String?

    @OptionGroup var settings: CommitOptions

    @Option(
        help: ArgumentHelp("fp32, bf16 or int8; the draft's by default.", valueName: "name"),
        completion: .list(PrecisionName.all))
    var precision: String?

    @OptionGroup var engine: EngineOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        report.apply()
        let workplace = Workplace()
        var session = try await JobSession(workplace, engine: engine)
        let draft = try DraftNumber.find(draft, in: session.jobs.history)
        var recipe = draft.recipe.recipe
        try settings.apply(to: &recipe.hr)
        let output = workplace.outputSettings(of: draft)
        if !DraftFolder.hasLatent(draft.folder) { try await sayRemake(of: draft, workplace) }
        let file = try session.outputFile(
            self.output, preset: output, recipe: recipe, kind: .commit, job: draft.id)
        let job = try await session.jobs.commit(
            draft: draft.id, hr: recipe.hr, precision: try precision.map { try PrecisionName.value($0) },
            output: JobOutput(file: file, crf: output.crf), wantsPreviews: false)
        let result = try await session.follow(job)
        if !report.json { Output.result((result.file ?? file).path(percentEncoded: false)) }
    }

    /// A draft that was cleaned away costs its own time again.
    private func sayRemake(of draft: JobRecord, _ workplace: Workplace) async throws {
        let service = try EngineFactory.make(engine, paths: workplace.paths, settings: workplace.settings)
        let plan = try? await service.plan(draft.recipe.recipe)
        let time = try workplace.history().estimator(for: draft.recipe.recipe, plan: plan).remake(draft.recipe.recipe)
        let about = time.map { ", about \(DurationText.short($0.seconds))" } ?? ""
        Reporting.note("draft \(draft.id) was cleaned away; its latent is made again first\(about)")
    }
}

/// A draft as the command line names it.
enum DraftNumber {
    static func find(_ text: String, in history: History) throws -> JobRecord {
        if text == "last" {
            var filter = HistoryFilter()
            filter.kind = .draft
            filter.states = [.done]
            filter.limit = 1
            guard let draft = try history.jobs(filter).first else {
                throw StudioError.unreadable("There is no draft yet; make one with \"turbo2k draft\".")
            }
            return draft
        }
        guard let id = Int(text) else {
            let shown = TextCleaning.shortened(text, to: 40)
            throw GenerationError.badValue("A draft is named by its number or \"last\", not \"\(shown)\".")
        }
        return try history.job(id)
    }
}
