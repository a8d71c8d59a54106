import Foundation
import Generation
import Synchronization

/// New jobs, and old ones that go on.
extension JobRunner {
    package func submit(_ order: JobOrder, output: JobOutput?, wantsPreviews: Bool) async throws -> JobHandle {
        let terms = Terms(output: output, wantsPreviews: wantsPreviews)
        switch order {
        case .draft(let recipe, let preset, let batch): return try await enterDraft(recipe, preset, batch, terms)
        case .commit(let draft, let hr, let precision, let seed, let ignoresMemory):
            var terms = terms
            terms.ignoresMemory = ignoresMemory
            return try await enterCommit(draft, terms) { recipe in
                recipe.hr = hr ?? recipe.hr
                recipe.precision = precision ?? recipe.precision
                recipe.seed = seed ?? recipe.seed
            }
        case .resume(let id, let use):
            var terms = terms
            terms.stateUse = use
            return try await goOn(id, terms)
        case .partial(let id): return try await writePartial(id, terms)
        }
    }

    private struct Terms {
        var output: JobOutput?
        var wantsPreviews: Bool
        var ignoresMemory = false
        var stateUse = StateUse.own
    }

    private func enterDraft(
        _ recipe: Recipe, _ preset: String?, _ batch: JobBatch?, _ terms: Terms
    ) async throws -> JobHandle {
        try RecipeLimits.check(recipe)
        if let output = terms.output { try OutputTarget.check(output.file) }
        try disk.check(recipe, .draft, output: terms.output)
        let document = RecipeDocument(recipe: recipe, kind: .draft, preset: preset, made: .now)
        let id = try history.add(NewJob(kind: .draft, recipe: document, batch: batch), output: terms.output)
        let job = QueuedJob(
            id: id, kind: .draft, recipe: recipe, folder: paths.folder(ofJob: id), batch: batch)
        return await startDraft(job, document, terms)
    }

    private func startDraft(
        _ job: QueuedJob, _ document: RecipeDocument, _ terms: Terms, goesOn: Bool = false
    ) async -> JobHandle {
        var request = DraftRequest(
            recipe: document.recipe, folder: job.folder, output: terms.output.map { self.request($0, document) },
            wantsPreviews: terms.wantsPreviews)
        request.takesOtherState = terms.stateUse == .any
        request.memoryMargin = memoryMargin
        let (service, asked) = (service, request)
        return await start(job, document, goesOn: goesOn, stepEnd: request.stepEnd) { service.draft(asked) }
    }

    private func enterCommit(
        _ draftID: Int, _ terms: Terms, _ change: (inout Recipe) -> Void
    ) async throws -> JobHandle {
        guard let output = terms.output else { throw StudioError.badValue("A commit needs a file to write.") }
        let draft = try finishedDraft(draftID)
        var document = draft.recipe
        document.kind = .commit
        change(&document.recipe)
        document.made = .now
        document.seconds = nil
        try RecipeLimits.check(document.recipe)
        try OutputTarget.check(output.file)
        try disk.check(document.recipe, .commit, output: output)
        let id = try history.add(NewJob(kind: .commit, parent: draftID, recipe: document), output: output)
        let job = QueuedJob(
            id: id, kind: .commit, parent: draftID, recipe: document.recipe, folder: paths.folder(ofJob: id))
        return await startCommit(job, document, draft, output, terms)
    }

    private func startCommit(
        _ job: QueuedJob, _ document: RecipeDocument, _ draft: JobRecord, _ output: JobOutput, _ terms: Terms,
        goesOn: Bool = false
    ) async -> JobHandle {
        var request = CommitRequest(
            draftFolder: draft.folder, hr: document.recipe.hr, precision: document.recipe.precision,
            seed: document.recipe.seed, folder: job.folder, output: self.request(output, document),
            wantsPreviews: terms.wantsPreviews)
        request.ignoresMemory = terms.ignoresMemory
        request.takesOtherState = terms.stateUse == .any
        request.memoryMargin = memoryMargin
        request.knownDraft = KnownDraft(
            recipe: draft.recipe.recipe, latentSHA256: draft.recipe.draftLatentSHA256,
            weightsSHA256: draft.recipe.weightsSHA256)
        let (service, asked) = (service, request)
        return await start(job, document, goesOn: goesOn, stepEnd: request.stepEnd) { service.commit(asked) }
    }

    /// Where the history cannot tell, as on a new machine.
    private var memoryMargin: Double { ((try? history.memoryMargin()) ?? MemoryMargin()).factor }

    private func goOn(_ id: Int, _ terms: Terms) async throws -> JobHandle {
        let record = try history.job(id)
        try requireIdle(id)
        // Where no worker runs, jobs that it left are in the history alone.
        let isKnown = board.queue.jobs.contains { $0.id == id && !$0.isHeld }
        let isHeld = try !isKnown && history.queuedJobs().contains { $0.id == id }
        guard record.state == .stopped || record.state == .failed || isHeld else {
            throw StudioError.badValue("Job \(id) is \(record.state.rawValue); only stopped or failed jobs go on.")
        }
        var terms = terms
        terms.output = try terms.output ?? history.plannedOutput(of: id)
        if let target = terms.output { try OutputTarget.check(target.file) }
        try disk.check(record.recipe.recipe, record.kind, output: terms.output)
        var job = QueuedJob(record)
        job.state = .waiting
        job.folder = paths.folder(ofJob: id)
        switch record.kind {
        case .draft:
            try beginAnew(job, if: terms.stateUse)
            try history.setState(.waiting, of: id)
            return await startDraft(job, record.recipe, terms, goesOn: !isHeld)
        case .commit:
            guard let parent = record.parent, let target = terms.output else {
                throw StudioError.badValue("Job \(id) does not say where its clip goes; give a file.")
            }
            let draft = try finishedDraft(parent)
            try beginAnew(job, if: terms.stateUse)
            try history.setState(.waiting, of: id)
            try history.setPlannedOutput(target, of: id)
            return await startCommit(job, record.recipe, draft, target, terms, goesOn: !isHeld)
        }
    }

    private func beginAnew(_ job: QueuedJob, if use: StateUse) throws(StudioError) {
        guard use == .none else { return }
        KeptState.remove(in: job.folder, of: job.kind)
        try history.forgetSteps(of: job.id)
    }

    /// The history is not told that the job runs: whatever happens meanwhile, it is what it was.
    private func writePartial(_ id: Int, _ terms: Terms) async throws -> JobHandle {
        let record = try history.job(id)
        try requireIdle(id)
        guard record.state == .stopped || record.state == .failed else {
            throw StudioError.badValue(
                "Job \(id) is \(record.state.rawValue); what there is can be written of stopped or failed jobs only.")
        }
        guard let output = terms.output else { throw StudioError.badValue("What there is needs a file to be written.") }
        try OutputTarget.check(output.file)
        try disk.check(record.recipe.recipe, record.kind, output: output)
        var job = QueuedJob(record)
        job.state = .waiting
        job.folder = paths.folder(ofJob: id)
        let request = PartialRequest(
            kind: record.kind, recipe: record.recipe.recipe, folder: job.folder,
            output: self.request(output, record.recipe), wantsPreviews: terms.wantsPreviews)
        let service = service
        return await start(job, record.recipe, goesOn: true, isPartial: true) { service.partial(request) }
    }

    /// A clip of what a job has may be being written: the job stands as stopped meanwhile.
    private func requireIdle(_ id: Int) throws(StudioError) {
        guard active.withLock({ $0[id] == nil }) else {
            throw .badValue("Job \(id) is busy already; wait until it has ended.")
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
            document.partial = origin.partial
            return document.shared(metadata)?.json()
        }
    }
}
