import Foundation
import Generation
import StudioCore

/// Progress for people, on standard error: a line a step on a terminal, a line every ten percent elsewhere.
struct TextReporter: JobReporter {
    private let isTerminal: Bool
    private var title = ""
    private var estimate: TimeEstimate?
    private var isEstimating = true
    private var lastTenth = -1
    private var lastTransient = ContinuousClock.now

    init(isTerminal: Bool) {
        self.isTerminal = isTerminal
    }

    mutating func started(_ job: JobHandle) {
        title = "\(job.kind.rawValue) \(job.id)"
        let recipe = job.recipe
        let size = job.kind == .draft ? recipe.lr.size : recipe.hr.size
        Output.message("\(title): \(size), \(recipe.frames) frames, seed \(recipe.seed)")
    }

    mutating func received(_ event: JobEvent) {
        switch event.content {
        case .state(.waiting), .state(.running), .state(.stopping), .state(.done): break
        case .state: clear()
        case .remaining(let estimate):
            self.estimate = estimate
            isEstimating = estimate == nil
        case .generation(let event): received(event)
        }
    }

    private mutating func received(_ event: GenerationEvent) {
        switch event {
        case .stepFinished(let step): show(step)
        case .partsFinished(let stage, let parts, let count) where count > 1:
            show("\(stage.rawValue) \(parts)/\(count)", fraction: Double(parts) / Double(count))
        case .blockFinished(let pass, let step, let block, let count):
            transient("  \(pass.rawValue) step \(step), block \(block) of \(count)\(remaining)")
        case .stageStarted(let stage, _) where isTerminal && stage != .lr && stage != .hr:
            transient("  \(stage.rawValue) ...")
        case .stageFinished(let stage, let seconds) where stage != .lr && stage != .hr && seconds >= 0.1:
            if isTerminal { line("  \(stage.rawValue) \(DurationText.short(seconds))") }
        case .noted(let text): line("\(title): \(TextCleaning.oneLine(text))")
        default: break
        }
    }

    func finished(_ job: JobHandle, _ result: GenerationResult) {
        clear()
        let memory = result.peakBytes > 0 ? ", at most \(ByteText.short(result.peakBytes)) of memory" : ""
        let what = result.partial.map { "written as it is after step \($0.done) of \($0.count)" } ?? "done"
        Output.message("\(title): \(what) in \(DurationText.short(result.seconds))\(memory)")
    }

    func ended(_ job: JobHandle, _ error: any Error) {
        clear()
        guard error is CancellationError else { return }
        let advice = "\"turbo2k resume \(job.id)\" goes on from the last finished step"
        Output.message("\(title): stopped; \(advice)")
    }

    private mutating func show(_ step: StepRecord) {
        let fraction = Double(step.number) / Double(max(step.count, 1))
        let text = "\(step.pass.rawValue) \(padded(step.number, step.count))/\(step.count)"
        let time = "\(DurationText.step(step.seconds))/step"
        if isTerminal {
            line("  \(text) \(bar(fraction)) \(time)\(remaining)")
        } else {
            plain("\(title): step \(text), \(time)\(remaining)", fraction: fraction)
        }
    }

    private mutating func show(_ text: String, fraction: Double) {
        if isTerminal {
            transient("  \(text) \(bar(fraction))\(remaining.replacing(",", with: "", maxReplacements: 1))")
        } else {
            plain("\(title): \(text)\(remaining)", fraction: fraction)
        }
    }

    /// A line for every tenth of a pass or stage.
    private mutating func plain(_ text: String, fraction: Double) {
        let tenth = Int(fraction * 10 + 1e-9)
        if tenth < lastTenth { lastTenth = -1 }
        guard tenth > lastTenth else { return }
        lastTenth = tenth == 10 ? -1 : tenth
        Output.message(text)
    }

    private var remaining: String {
        guard let estimate else { return isEstimating ? ", estimating" : "" }
        if estimate.seconds <= 1 { return ", finishing" }
        let about = estimate.runs < 3 ? "about " : ""
        var text = ", \(about)\(DurationText.short(estimate.seconds)) left"
        if estimate.seconds > 60 {
            let end = Date.now.addingTimeInterval(estimate.seconds)
            text += ", done about \(end.formatted(Date.FormatStyle(date: .omitted, time: .shortened)))"
        }
        return text
    }

    private func bar(_ fraction: Double) -> String {
        let width = 24
        let full = min(max(Int(fraction * Double(width)), 0), width)
        return "[" + String(repeating: "#", count: full) + String(repeating: ".", count: width - full) + "]"
    }

    private func padded(_ number: Int, _ count: Int) -> String {
        String(repeating: " ", count: max(String(count).count - String(number).count, 0)) + String(number)
    }

    private func line(_ text: String) {
        clear()
        Output.message(text)
    }

    private mutating func transient(_ text: String) {
        guard isTerminal, ContinuousClock.now - lastTransient > .milliseconds(50) else { return }
        lastTransient = .now
        Output.transient(text)
    }

    private func clear() {
        if isTerminal { Output.clearTransient() }
    }
}
