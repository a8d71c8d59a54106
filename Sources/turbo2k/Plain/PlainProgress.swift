import Foundation
import Generation
import StudioCore

/// What a job's events are in sentences: its start, now and then its progress, its end.
struct PlainProgress {
    private let title: String
    private let job: Int
    private var estimate: TimeEstimate?
    private var hasStarted = false
    private var lastLine = ContinuousClock.now
    private var lastFraction = 0.0

    init(_ job: JobHandle) {
        self.job = job.id
        title = "\(job.kind == .draft ? "Draft" : "Commit") \(job.id)"
    }

    /// The sentence for an event; nil for those that need none.
    mutating func sentence(_ event: JobEvent) -> String? {
        switch event.content {
        case .remaining(let estimate):
            self.estimate = estimate
            guard !hasStarted else { return nil }
            hasStarted = true
            return "\(title) started." + (estimate.map { " About \(Self.words($0.seconds))." } ?? "")
        case .generation(.stepFinished(let step)):
            return progress("step \(step.number) of \(step.count)", Double(step.number) / Double(step.count))
        case .generation(.partsFinished(.decode, let parts, let count)):
            return progress("frame \(parts) of \(count)", Double(parts) / Double(max(count, 1)))
        case .generation(.noted(let text)): return "\(title): \(text)"
        default: return nil
        }
    }

    /// At most a line every ten seconds, or every tenth of the work where that takes two seconds or more.
    private mutating func progress(_ text: String, _ fraction: Double) -> String? {
        if fraction < lastFraction { lastFraction = 0 }
        let elapsed = ContinuousClock.now - lastLine
        let least: Duration = fraction - lastFraction >= 0.1 ? .seconds(2) : .seconds(10)
        guard fraction < 1, elapsed >= least else { return nil }
        lastLine = .now
        lastFraction = fraction
        return "\(title): \(text)." + (estimate.map { " About \(Self.words($0.seconds)) left." } ?? "")
    }

    func finished(_ result: GenerationResult, file: String) -> String {
        let seed = result.kind == .draft ? " Seed \(result.recipe.seed)." : ""
        return "\(title) done in \(Self.words(result.seconds, isExact: true)).\(seed) File \(file)"
    }

    func ended(_ error: any Error) -> String {
        if error is CancellationError { return "\(title) stopped. Its finished steps are kept." }
        guard case GenerationError.otherState(let text, let canGoOn) = JobFailure(error).original else {
            return "\(title) failed. \(Failure.sentence(of: error))"
        }
        let goesOn = canGoOn ? "resume \(job) anyway to go on, or " : ""
        return "\(title) did not go on. \(text) Type \(goesOn)resume \(job) anew to begin with the first step."
    }

    /// `8 seconds`, `3 minutes 20 seconds`, `2 hours 5 minutes`.
    static func words(_ seconds: Double, isExact: Bool = false) -> String {
        func count(_ number: Int, _ unit: String) -> String { "\(number) \(unit)\(number == 1 ? "" : "s")" }
        if isExact, seconds < 60 { return "\((max(seconds, 0) * 10).rounded() / 10) seconds" }
        let whole = Int(max(seconds, 0).rounded())
        switch whole {
        case ..<60: return count(max(whole, 1), "second")
        case ..<3600: return count(whole / 60, "minute") + " " + count(whole % 60, "second")
        default: return count(whole / 3600, "hour") + " " + count(whole % 3600 / 60, "minute")
        }
    }
}
