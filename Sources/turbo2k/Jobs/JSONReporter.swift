import Foundation
import Generation
import StudioCore
import VideoIO

/// Writes every event as one line of JSON, `turbo2k.events.v1`.
struct JSONReporter: JobReporter {
    /// What the engine said the job took, for its last event.
    private var seconds: Double?

    mutating func started(_ job: JobHandle) {}

    mutating func received(_ event: JobEvent) {
        if case .generation(.finished(let result)) = event.content { seconds = result.seconds }
        guard let (name, fields) = fields(event.content) else { return }
        let guess: [(key: String, value: JSONValue)] =
            event.guess.map { guess in
                [("guess", .array([guess.seconds, guess.low, guess.high].map { .number($0) }))]
            } ?? []
        Output.object([("event", .string(name)), ("job", .integer(event.job))] + fields + guess)
    }

    func finished(_ job: JobHandle, _ result: GenerationResult) {
        let steps: [(key: String, value: JSONValue)] =
            result.partial.map { [("steps", .integer($0.done)), ("of", .integer($0.count))] } ?? []
        Output.object(
            [
                ("event", "result"), ("job", .integer(job.id)), ("kind", .string(result.kind.rawValue)),
                ("state", result.partial == nil ? "done" : "partial"),
            ] + steps + [
                ("seed", .integer(Int(result.recipe.seed))), ("seconds", .number(result.seconds)),
                ("file", JSONValue(result.file?.path(percentEncoded: false))),
                ("weights_sha256", .string(result.weightsSHA256)), ("latent_sha256", .string(result.latentSHA256)),
                ("peak_bytes", .integer(result.peakBytes)), ("exit", 0),
            ])
    }

    func ended(_ job: JobHandle, _ error: any Error) {}

    private func fields(_ content: JobEvent.Content) -> (name: String, fields: [(key: String, value: JSONValue)])? {
        switch content {
        case .state(.done): ("job", [("state", "done"), ("seconds", JSONValue(seconds))])
        case .state(let state): ("job", [("state", .string(state.rawValue))])
        case .remaining(let estimate): estimate.map { ("eta", Self.eta($0)) }
        case .generation(let event): Self.fields(event)
        }
    }

    private static func eta(_ estimate: TimeEstimate) -> [(key: String, value: JSONValue)] {
        [
            ("seconds", .number(estimate.seconds)), ("low", .number(estimate.low)), ("high", .number(estimate.high)),
            ("basis", .string(estimate.basis)),
        ]
    }

    private static func fields(
        _ event: GenerationEvent
    ) -> (name: String, fields: [(key: String, value: JSONValue)])? {
        switch event {
        case .stageStarted(let stage, let parts):
            ("stage", [("name", .string(stage.rawValue)), ("state", "start"), ("parts", .integer(parts))])
        case .stageCached(let stage): ("stage", [("name", .string(stage.rawValue)), ("state", "cached")])
        case .stageFinished(let stage, let seconds):
            ("stage", [("name", .string(stage.rawValue)), ("state", "done"), ("seconds", .number(seconds))])
        case .partsFinished(let stage, let parts, let count):
            ("part", [("name", .string(stage.rawValue)), ("n", .integer(parts)), ("of", .integer(count))])
        case .blockFinished(let pass, let step, let block, let count):
            (
                "block",
                [
                    ("pass", .string(pass.rawValue)), ("n", .integer(step)), ("block", .integer(block)),
                    ("of", .integer(count)),
                ]
            )
        case .stepFinished(let step): ("step", fields(step))
        case .stateSaved(let pass, let step, let bytes):
            ("state", [("pass", .string(pass.rawValue)), ("n", .integer(step)), ("bytes", .integer(bytes))])
        case .outputWritten(let file, let bytes):
            ("output", [("path", .string(file.path(percentEncoded: false))), ("bytes", .integer(bytes))])
        case .noted(let text): ("note", [("message", .string(text))])
        // Pictures are not asked for: they would cost time, and nobody sees them here.
        case .preview, .finished: nil
        }
    }

    private static func fields(_ step: StepRecord) -> [(key: String, value: JSONValue)] {
        [
            ("pass", .string(step.pass.rawValue)), ("n", .integer(step.number)), ("of", .integer(step.count)),
            ("sigma", JSONValue(step.sigma)), ("seconds", .number(step.seconds)),
            ("attention", .number(step.attention)), ("linear", .number(step.linear)),
            ("tokens", .integer(step.tokens)), ("calls", .integer(step.calls)),
            ("x0_change", JSONValue(step.x0Change)), ("reused", .boolean(step.isReused)),
            ("bytes", .integer(step.residentBytes)),
        ]
    }
}
