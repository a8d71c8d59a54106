import Foundation
import Generation

/// Writes what a job tells into the history and keeps its time remaining.
struct JobRecorder {
    private let run: JobRun
    private let history: History
    private let estimate: JobEstimate
    private var remaining: RemainingTime
    private let start: ContinuousClock.Instant
    private var lastUpdate = -1.0
    private var nextGuessPercent = 0
    /// What pictures of the estimates took.
    private var previews = (seconds: 0.0, count: 0)
    /// Nil where what the job takes cannot be told from what others have left.
    private var memory: MemoryWatch?
    private let log: JobLog

    /// `earlier`: steps that earlier runs of the job have done.
    init(run: JobRun, history: History, estimate: JobEstimate, memory: MemoryWatch?, earlier: [StepRecord]) {
        self.memory = memory
        log = JobLog(folder: run.folder)
        self.run = run
        self.history = history
        self.estimate = estimate
        start = .now
        let recipe = run.document.recipe
        let isDraft = run.kind == .draft
        let done = earlier.last { $0.pass == (isDraft ? .lr : .hr) }?.number ?? 0
        let count = isDraft ? recipe.lr.steps : recipe.hr.steps
        remaining = RemainingTime(
            estimate: estimate, now: 0, earlier: EarlierSteps(done, of: count, in: isDraft ? .lr : .hr))
    }

    private var elapsed: Double {
        let parts = (ContinuousClock.now - start).components
        return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
    }

    /// What a stage that starts is expected to take.
    func guess(of event: GenerationEvent) -> TimeEstimate? {
        guard case .stageStarted(let stage, _) = event else { return nil }
        return estimate[stage]
    }

    /// One transaction an event that matters later.
    mutating func record(_ event: GenerationEvent) throws {
        remaining.update(event, now: elapsed)
        memory?.look()
        log.note(event)
        guard !run.isPartial else { return try recordPartial(event) }
        switch event {
        case .stepFinished(let step):
            try history.record(step, of: run.id, peakBytes: ProcessMemory.peakBytes)
        case .stageFinished(let stage, let seconds):
            let pass = run.kind == .draft ? run.document.recipe.lr : run.document.recipe.hr
            let work = TimeEstimator.work(of: stage, pass, run.document.recipe.frames)
            try history.record(
                StageRecord(stage: stage, part: 0, seconds: seconds, work: work, isWarm: false), of: run.id)
            if stage == .lr || stage == .hr, previews.count > 0 {
                try history.recordPreviews(previews.seconds, count: previews.count, of: run.id)
            }
        case .preview(let preview):
            // What was asked for is no overhead.
            guard preview.look == .map, let seconds = preview.seconds else { break }
            previews = (previews.seconds + seconds, previews.count + 1)
        case .outputWritten(let file, let bytes):
            let path = file.path(percentEncoded: false)
            let isOwn = path.hasPrefix(run.folder.path(percentEncoded: false))
            try history.addOutput(
                OutputRecord(
                    job: run.id, path: path, bytes: bytes, sha256: nil, kind: isOwn ? "clip" : "file", isGone: false))
        case .finished(let result):
            try history.finish(
                run.id, recipe: try document(result), seconds: result.seconds, memory: memory?.peak)
        case .stageStarted, .stageCached, .blockFinished, .partsFinished, .stateSaved, .noted: break
        }
    }

    /// Its times are not those of a whole job.
    private func recordPartial(_ event: GenerationEvent) throws {
        guard case .outputWritten(let file, let bytes) = event else { return }
        try history.addOutput(
            OutputRecord(
                job: run.id, path: file.path(percentEncoded: false), bytes: bytes, sha256: nil, kind: "partial"))
    }

    private func document(_ result: GenerationResult) throws -> RecipeDocument {
        // The result knows only the steps since the last stop.
        let steps = try history.steps(of: run.id)
        var document = run.document
        document.recipe = result.recipe
        document.weightsSHA256 = result.weightsSHA256
        document.seconds = result.seconds
        switch result.kind {
        case .draft:
            document.draftLatentSHA256 = result.latentSHA256
            document.lrStepSeconds = steps.filter { $0.pass == .lr }.map(\.seconds)
        case .commit:
            document.hrStepSeconds = steps.filter { $0.pass == .hr }.map(\.seconds)
        }
        return document
    }

    /// A new estimate where the event gives reason for one: at most twice a second between steps and stages.
    mutating func remainingUpdate(after event: GenerationEvent) -> JobEvent.Content? {
        let now = elapsed
        switch event {
        case .stageStarted, .stepFinished, .stageFinished: break
        case .partsFinished, .blockFinished:
            guard now - lastUpdate >= 0.5 else { return nil }
        case .stageCached, .preview, .stateSaved, .outputWritten, .noted, .finished: return nil
        }
        lastUpdate = now
        let estimate = remaining.remaining(now: now)
        // A guess that cannot be stored is only missing from the figures of `doctor`.
        if let estimate { try? recordGuess(estimate, elapsed: now) }
        return .remaining(estimate)
    }

    /// Keeps the predicted whole time at 0, 25, 50 and 75 % beside what it will really be.
    private mutating func recordGuess(_ estimate: TimeEstimate, elapsed: Double) throws {
        guard !run.isPartial else { return }
        let percent = Int((remaining.fraction(now: elapsed) ?? 0) * 100)
        guard nextGuessPercent <= 75, percent >= nextGuessPercent else { return }
        let whole = TimeEstimate(
            seconds: elapsed + estimate.seconds, low: elapsed + estimate.low, high: elapsed + estimate.high,
            runs: estimate.runs, basis: estimate.basis)
        // Where the first one comes late, it is one of that time.
        let point = min(percent / 25 * 25, 75)
        try history.recordGuess(whole, of: run.id, atPercent: point)
        nextGuessPercent = point + 25
    }
}
