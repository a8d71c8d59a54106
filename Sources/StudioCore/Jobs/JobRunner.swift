package import Foundation
package import Generation
package import Kernels
package import Logging

/// Runs jobs one after another: gives each its number and folder, keeps the history, and passes on what happens.
///
/// Used by the command line and the studio alike.
package final class JobRunner: Sendable {
    package let history: History
    package let service: any GenerationService
    private let paths: StudioPaths
    private let metadata: Settings.Metadata
    private let log: Logger
    private let disk: DiskCheck
    /// Whose turn it is; the studio arranges and pauses it.
    package let gate = JobGate()

    /// `metadata` decides what output files tell about how they were made; `diskSpace` tells what is free on the disk
    /// of a folder.
    package init(
        service: any GenerationService, history: History, paths: StudioPaths,
        metadata: Settings.Metadata = .full, log: Logger = Logger(label: "jobs"),
        diskSpace: @escaping @Sendable (URL) -> DiskSpace? = DiskSpace.of
    ) {
        disk = DiskCheck(jobs: history.jobsFolder, paths: paths, space: diskSpace)
        self.service = service
        self.history = history
        self.paths = paths
        self.metadata = metadata
        self.log = log
    }

    /// Enters a draft.
    ///
    /// `preset` is the name of the preset in force, for the recipe in the file; `output` is where else than in the
    /// job's folder the clip is written. Throws ``GenerationError`` for a recipe that cannot be used, ``StudioError``
    /// where the history fails.
    package func draft(
        _ recipe: Recipe, preset: String? = nil, output: JobOutput? = nil, wantsPreviews: Bool = true
    ) async throws -> JobHandle {
        try RecipeLimits.check(recipe)
        if let output { try OutputTarget.check(output.file) }
        try disk.check(recipe, .draft, output: output)
        let document = RecipeDocument(recipe: recipe, kind: .draft, preset: preset, made: .now)
        let id = try history.add(NewJob(kind: .draft, recipe: document), output: output)
        return startDraft(id, document, output, wantsPreviews)
    }

    private func startDraft(
        _ id: Int, _ document: RecipeDocument, _ output: JobOutput?, _ wantsPreviews: Bool
    ) -> JobHandle {
        let request = DraftRequest(
            recipe: document.recipe, folder: paths.folder(ofJob: id),
            output: output.map { self.request($0, document) }, wantsPreviews: wantsPreviews)
        let service = service
        return start(JobRun(id: id, kind: .draft, document: document, folder: request.folder)) {
            service.draft(request)
        }
    }

    /// Enters the commit of a kept draft.
    ///
    /// Where `hr`, `precision` or `seed` is nil the draft's recipe decides.
    package func commit(
        draft draftID: Int, hr: PassSettings? = nil, precision: Precision? = nil, seed: UInt32? = nil,
        output: JobOutput, wantsPreviews: Bool = true
    ) async throws -> JobHandle {
        let draft = try finishedDraft(draftID)
        var document = draft.recipe
        document.kind = .commit
        document.recipe.hr = hr ?? document.recipe.hr
        document.recipe.precision = precision ?? document.recipe.precision
        document.recipe.seed = seed ?? document.recipe.seed
        document.made = .now
        document.seconds = nil
        try RecipeLimits.check(document.recipe)
        try OutputTarget.check(output.file)
        try disk.check(document.recipe, .commit, output: output)
        let id = try history.add(NewJob(kind: .commit, parent: draftID, recipe: document), output: output)
        return startCommit(id, document, draft.folder, output, wantsPreviews)
    }

    private func startCommit(
        _ id: Int, _ document: RecipeDocument, _ draftFolder: URL, _ output: JobOutput, _ wantsPreviews: Bool
    ) -> JobHandle {
        let request = CommitRequest(
            draftFolder: draftFolder, hr: document.recipe.hr, precision: document.recipe.precision,
            seed: document.recipe.seed, folder: paths.folder(ofJob: id), output: self.request(output, document),
            wantsPreviews: wantsPreviews)
        let service = service
        return start(JobRun(id: id, kind: .commit, document: document, folder: request.folder)) {
            service.commit(request)
        }
    }

    /// Goes on with a stopped or failed job under its own number, from the state on its disk.
    ///
    /// Without an output it writes where it was going to.
    package func resume(_ id: Int, output: JobOutput? = nil, wantsPreviews: Bool = true) async throws -> JobHandle {
        let job = try history.job(id)
        guard job.state == .stopped || job.state == .failed else {
            throw StudioError.badValue("Job \(id) is \(job.state.rawValue); only stopped or failed jobs go on.")
        }
        let target = try output ?? history.plannedOutput(of: id)
        if let target { try OutputTarget.check(target.file) }
        try disk.check(job.recipe.recipe, job.kind, output: target)
        switch job.kind {
        case .draft:
            try history.setState(.waiting, of: id)
            return startDraft(id, job.recipe, target, wantsPreviews)
        case .commit:
            guard let parent = job.parent, let target else {
                throw StudioError.badValue("Job \(id) does not say where its clip goes; give a file.")
            }
            let draft = try finishedDraft(parent)
            try history.setState(.waiting, of: id)
            return startCommit(id, job.recipe, draft.folder, target, wantsPreviews)
        }
    }

    private func finishedDraft(_ id: Int) throws -> JobRecord {
        let draft = try history.job(id)
        guard draft.kind == .draft else {
            let parent = draft.parent.map { " It was made from draft \($0)." } ?? ""
            throw StudioError.badValue("Job \(id) is a commit, and only drafts can be committed.\(parent)")
        }
        guard draft.state == .done else {
            throw StudioError.badValue("Draft \(id) is \(draft.state.rawValue); only finished drafts can be committed.")
        }
        return draft
    }

    private func request(_ output: JobOutput, _ document: RecipeDocument) -> OutputRequest {
        let metadata = output.metadata ?? metadata
        let shared = document.shared(metadata)
        let prompt = shared.map { String(TextCleaning.oneLine($0.recipe.prompt).prefix(200)) } ?? ""
        return OutputRequest(file: output.file, crf: output.crf, title: prompt.isEmpty ? nil : prompt) { origin in
            var document = document
            document.recipe = origin.recipe
            document.weightsSHA256 = origin.weightsSHA256
            return document.shared(metadata)?.json()
        }
    }

    private func start(
        _ run: JobRun, _ begin: @escaping @Sendable () -> AsyncThrowingStream<GenerationEvent, any Error>
    ) -> JobHandle {
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: JobEvent.self)
        continuation.yield(JobEvent(job: run.id, content: .state(.waiting)))
        let task = Task.detached { [self] in
            await perform(run, begin, continuation)
        }
        continuation.onTermination = { reason in
            if case .cancelled = reason { task.cancel() }
        }
        return JobHandle(
            id: run.id, kind: run.kind, recipe: run.document.recipe, folder: run.folder, events: stream, task: task)
    }

    /// The whole life of a job. Everything is in the history before the stream ends.
    private func perform(
        _ run: JobRun, _ begin: @Sendable () -> AsyncThrowingStream<GenerationEvent, any Error>,
        _ continuation: AsyncThrowingStream<JobEvent, any Error>.Continuation
    ) async {
        do {
            try await gate.enter(run.id)
            do {
                try await runEngine(run, begin, continuation)
                await gate.leave()
            } catch {
                await gate.leave()
                throw error
            }
            continuation.yield(JobEvent(job: run.id, content: .state(.done)))
            continuation.finish()
        } catch {
            let isStop = error is CancellationError || Task.isCancelled
            let state: JobState = isStop ? .stopped : .failed
            recordEnd(state, of: run.id, error)
            continuation.yield(JobEvent(job: run.id, content: .state(state)))
            continuation.finish(throwing: isStop ? CancellationError() : error)
        }
    }

    private func exitCode(_ failure: any Error) -> Int {
        Int((failure as? GenerationError)?.exitCode ?? (failure as? StudioError)?.exitCode ?? 1)
    }

    private func recordEnd(_ state: JobState, of id: Int, _ failure: any Error) {
        do {
            let text = state == .failed ? TextCleaning.oneLine(String(describing: failure)) : nil
            try history.setState(state, of: id, error: text, exitCode: state == .failed ? exitCode(failure) : nil)
        } catch {
            // The job's own failure is what the user must hear about; the next start repairs the row.
            log.error("job \(id) ended as \(state.rawValue), which could not be stored: \(error)")
        }
    }

    private func runEngine(
        _ run: JobRun, _ begin: @Sendable () -> AsyncThrowingStream<GenerationEvent, any Error>,
        _ continuation: AsyncThrowingStream<JobEvent, any Error>.Continuation
    ) async throws {
        try history.setState(.running, of: run.id)
        continuation.yield(JobEvent(job: run.id, content: .state(.running)))
        var recorder = JobRecorder(run: run, history: history, estimate: await estimate(run))
        var result: GenerationResult?
        for try await event in begin() {
            if case .finished(let finished) = event { result = finished }
            try record(event, of: run.id, with: &recorder)
            continuation.yield(JobEvent(job: run.id, content: .generation(event)))
            if let update = recorder.remainingUpdate(after: event) {
                continuation.yield(JobEvent(job: run.id, content: update))
            }
        }
        // A cancelled reader sees its stream end as if the job were over.
        guard result != nil else { throw CancellationError() }
    }

    /// A time that cannot be stored must not end hours of work; a result that cannot be stored must be heard of.
    private func record(_ event: GenerationEvent, of id: Int, with recorder: inout JobRecorder) throws {
        do {
            try recorder.record(event)
        } catch {
            switch event {
            case .finished, .outputWritten: throw error
            default: log.warning("job \(id): a time could not be stored: \(error)")
            }
        }
    }

    /// What is known before the start; a plan that fails only makes the estimate poorer.
    private func estimate(_ run: JobRun) async -> JobEstimate {
        let recipe = run.document.recipe
        do {
            let plan = try? await service.plan(recipe)
            let critical = plan.flatMap(TimeEstimator.criticalTokens)
            return try history.estimator(for: recipe, criticalTokens: critical).job(recipe, kind: run.kind)
        } catch {
            log.warning("no estimate for job \(run.id): \(error)")
            return TimeEstimator(steps: [], stages: []).job(recipe, kind: run.kind)
        }
    }
}

/// What stays the same during a job.
struct JobRun: Sendable {
    var id: Int
    var kind: GenerationResult.Kind
    var document: RecipeDocument
    var folder: URL
}
