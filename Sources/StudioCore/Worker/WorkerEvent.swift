import Foundation
import Generation
import Kernels
import VideoIO

/// What the worker tells without being asked: a line of JSON, in the words of `turbo2k draft --json`.
struct WorkerEvent: Codable, Sendable {
    enum Name: String, Codable, Sendable {
        case queue, entered, order, paused, progress, job, eta, stage, part, block, step, preview, state, output, result
        case note, ended
        /// The worker leaves in good order.
        case bye
    }

    var event: Name
    var job: Int?
    /// Of ``Name/job`` and ``Name/ended`` (there also `partial`), or of a stage: `start`, `cached`, `done`.
    var state: String?
    var name: Stage?
    var parts: Int?
    var seconds: Double?
    var low: Double?
    var high: Double?
    var runs: Int?
    var basis: String?
    var pass: Pass?
    var n: Int?
    var of: Int?
    var block: Int?
    var sigma: Float?
    var attention: Double?
    var linear: Double?
    var tokens: Int?
    var calls: Int?
    var x0Change: Double?
    var reused: Bool?
    /// Of a stage that starts: the seconds it is expected to take, the least and the most.
    var guess: [Double]?
    var message: String?
    var look: Preview.Look?
    var picture: WirePicture?
    var fps: Double?
    var match: Double?
    var path: String?
    var bytes: Int?
    var result: WireResult?
    var error: JobFailure?
    var jobs: [QueuedJob]?
    var entered: QueuedJob?
    var order: [Int]?
    var paused: Bool?
    var run: RunProgress?

    enum CodingKeys: String, CodingKey {
        case event, job, state, name, parts, seconds, low, high, runs, basis, pass, n, of, block, sigma, attention,
            linear
        case tokens, calls, look, picture, fps, match, path, bytes, result, error, jobs, entered, order, paused, run
        case reused, message, guess
        case x0Change = "x0_change"
    }

    init(_ event: Name, job: Int? = nil) {
        self.event = event
        self.job = job
    }
}

/// A job's result, with file and stages in words that JSON has.
struct WireResult: Codable, Sendable {
    var kind: GenerationResult.Kind
    var recipe: Recipe
    var weightsSHA256: String
    var latentSHA256: String
    var steps: [StepRecord]
    var stages: [String: Double]
    var seconds: Double
    var file: String?
    var partial: StepsDone?
    var peakBytes: Int

    init(_ result: GenerationResult) {
        kind = result.kind
        recipe = result.recipe
        weightsSHA256 = result.weightsSHA256
        latentSHA256 = result.latentSHA256
        steps = result.steps
        stages = Dictionary(uniqueKeysWithValues: result.stageSeconds.map { ($0.rawValue, $1) })
        seconds = result.seconds
        file = result.file?.path(percentEncoded: false)
        partial = result.partial
        peakBytes = result.peakBytes
    }

    var result: GenerationResult {
        let stages = stages.compactMap { name, seconds in Stage(rawValue: name).map { ($0, seconds) } }
        return GenerationResult(
            kind: kind, recipe: recipe, weightsSHA256: weightsSHA256, latentSHA256: latentSHA256, steps: steps,
            stageSeconds: Dictionary(uniqueKeysWithValues: stages), seconds: seconds,
            file: file.map { URL(filePath: $0) }, partial: partial, peakBytes: peakBytes)
    }
}

// MARK: To the socket

extension WorkerEvent {
    private static let partialEnd = "partial"
    /// Widest picture that is sent, how many bytes of a moving one, and how many frames of it a second where those are too
    /// many: the clip's file has every pixel.
    private static let (widest, mostPreviewBytes, fastest) = (640, 24 << 20, 12.0)

    /// A piece of news as a message, and how dear it is; nil for what is nobody else's business.
    static func message(_ news: JobNews) -> (message: SocketMessage, worth: SocketConnection.Worth)? {
        switch news {
        case .queue(let queue):
            var event = WorkerEvent(.queue)
            event.jobs = queue.jobs
            event.paused = queue.isPaused
            event.run = queue.run
            return (WireText.message(event), .kept)
        case .entered(let job, let order):
            var event = WorkerEvent(.entered, job: job.id)
            event.entered = job
            event.order = order
            return (WireText.message(event), .kept)
        case .order(let order):
            var event = WorkerEvent(.order)
            event.order = order
            return (WireText.message(event), .kept)
        case .paused(let isPaused):
            var event = WorkerEvent(.paused)
            event.paused = isPaused
            return (WireText.message(event), .kept)
        case .progress(let run):
            var event = WorkerEvent(.progress, job: run.job)
            event.run = run
            return (WireText.message(event), .kept)
        case .ended(let id, let end): return (WireText.message(ended(id, end)), .kept)
        case .job(let event): return message(event)
        case .engineEnded: return nil
        }
    }

    private static func ended(_ id: Int, _ end: JobEnd) -> WorkerEvent {
        var event = WorkerEvent(.ended, job: id)
        switch end {
        case .done: event.state = JobState.done.rawValue
        case .partial(let error):
            event.state = partialEnd
            event.error = error.map { JobFailure($0) }
        case .stopped: event.state = JobState.stopped.rawValue
        case .removed: event.state = JobState.removed.rawValue
        case .failed(let error):
            event.state = JobState.failed.rawValue
            event.error = JobFailure(error)
        }
        return event
    }

    private static func message(_ told: JobEvent) -> (message: SocketMessage, worth: SocketConnection.Worth)? {
        switch told.content {
        case .state(let state):
            var event = WorkerEvent(.job, job: told.job)
            event.state = state.rawValue
            return (WireText.message(event), .kept)
        case .remaining(let estimate):
            var event = WorkerEvent(.eta, job: told.job)
            (event.seconds, event.low, event.high) = (estimate?.seconds, estimate?.low, estimate?.high)
            (event.runs, event.basis) = (estimate?.runs, estimate?.basis)
            return (WireText.message(event), .droppable)
        case .generation(.preview(let preview)): return message(preview, of: told.job)
        case .generation(let generation):
            let worth: SocketConnection.Worth =
                switch generation {
                case .blockFinished, .partsFinished: .droppable
                default: .kept
                }
            guard var event = event(generation, told.job) else { return nil }
            event.guess = told.guess.map { [$0.seconds, $0.low, $0.high] }
            return (WireText.message(event), worth)
        }
    }

    private static func message(
        _ preview: Preview, of job: Int
    ) -> (message: SocketMessage, worth: SocketConnection.Worth)? {
        let (frames, fps) = shown(preview)
        guard let first = frames.first else { return nil }
        var event = WorkerEvent(.preview, job: job)
        event.look = preview.look
        event.picture = WirePicture(width: first.width, height: first.height, frames: frames.count)
        (event.fps, event.match, event.seconds) = (fps, preview.match, preview.seconds)
        return (WireText.message(event, frames: frames), .latest)
    }

    /// What of a preview is sent.
    private static func shown(_ preview: Preview) -> (frames: [VideoFrame], fps: Double) {
        guard let first = preview.frames.first else { return ([], preview.fps) }
        func bytes(_ size: (width: Int, height: Int), _ count: Int) -> Int { size.width * size.height * 3 * count }
        var size = first.sizeFitting(maximumWidth: widest, maximumHeight: widest)
        let isLarge = bytes(size, preview.frames.count) > mostPreviewBytes
        let step = isLarge ? max(Int(preview.fps / fastest), 1) : 1
        let frames = stride(from: 0, to: preview.frames.count, by: step).map { preview.frames[$0] }
        let surplus = Double(bytes(size, frames.count)) / Double(mostPreviewBytes)
        if surplus > 1 {
            let side = max(Int(Double(max(size.width, size.height)) / surplus.squareRoot()), 16)
            size = first.sizeFitting(maximumWidth: side, maximumHeight: side)
        }
        let small = frames.map { frame in
            size.width < frame.width ? frame.resized(toWidth: size.width, height: size.height) : frame
        }
        return (small, preview.fps / Double(step))
    }

    private static func event(_ told: GenerationEvent, _ job: Int) -> WorkerEvent? {
        switch told {
        case .stageStarted(let stage, let parts):
            var event = WorkerEvent(.stage, job: job)
            (event.name, event.state, event.parts) = (stage, "start", parts)
            return event
        case .stageCached(let stage):
            var event = WorkerEvent(.stage, job: job)
            (event.name, event.state) = (stage, "cached")
            return event
        case .stageFinished(let stage, let seconds):
            var event = WorkerEvent(.stage, job: job)
            (event.name, event.state, event.seconds) = (stage, "done", seconds)
            return event
        case .partsFinished(let stage, let parts, let count):
            var event = WorkerEvent(.part, job: job)
            (event.name, event.n, event.of) = (stage, parts, count)
            return event
        case .blockFinished(let pass, let step, let block, let count):
            var event = WorkerEvent(.block, job: job)
            (event.pass, event.n, event.block, event.of) = (pass, step, block, count)
            return event
        case .stepFinished(let step):
            var event = WorkerEvent(.step, job: job)
            (event.pass, event.n, event.of, event.sigma) = (step.pass, step.number, step.count, step.sigma)
            (event.seconds, event.attention, event.linear) = (step.seconds, step.attention, step.linear)
            (event.tokens, event.calls, event.x0Change) = (step.tokens, step.calls, step.x0Change)
            (event.reused, event.bytes) = (step.isReused ? true : nil, step.residentBytes)
            return event
        case .stateSaved(let pass, let step, let bytes):
            var event = WorkerEvent(.state, job: job)
            (event.pass, event.n, event.bytes) = (pass, step, bytes)
            return event
        case .outputWritten(let file, let bytes):
            var event = WorkerEvent(.output, job: job)
            (event.path, event.bytes) = (file.path(percentEncoded: false), bytes)
            return event
        case .noted(let text):
            var event = WorkerEvent(.note, job: job)
            event.message = text
            return event
        case .finished(let result):
            var event = WorkerEvent(.result, job: job)
            event.result = WireResult(result)
            return event
        case .preview: return nil
        }
    }
}

// MARK: From the socket

extension WorkerEvent {
    /// The news that a message brings; nil where it brings none that this program understands.
    static func news(_ message: SocketMessage) -> JobNews? {
        WireText.value(WorkerEvent.self, message)?.news(payload: message.payload.first ?? Data())
    }

    private func news(payload: Data) -> JobNews? {
        switch event {
        case .queue: return jobs.map { .queue(QueueState(jobs: $0, isPaused: paused ?? false, run: run)) }
        case .entered: return entered.map { .entered($0, order: order ?? []) }
        case .order: return order.map { .order($0) }
        case .paused: return paused.map { .paused($0) }
        case .progress: return run.map { .progress($0) }
        case .ended: return job.flatMap { id in end.map { .ended(id, $0) } }
        case .bye: return nil
        case .job, .eta, .stage, .part, .block, .step, .preview, .state, .output, .result, .note:
            return job.flatMap { id in content(payload).map { .job(JobEvent(job: id, content: $0, guess: expected)) } }
        }
    }

    private var expected: TimeEstimate? {
        guard let guess, guess.count == 3 else { return nil }
        return TimeEstimate(seconds: guess[0], low: guess[1], high: guess[2], runs: 0, basis: "")
    }

    private var end: JobEnd? {
        if state == Self.partialEnd { return .partial(error?.original) }
        return finalEnd
    }

    private var finalEnd: JobEnd? {
        switch state.flatMap(JobState.init) {
        case .done: .done
        case .stopped: .stopped
        case .removed: .removed
        case .failed: .failed(error?.original ?? StudioError.unreadable("The job failed."))
        default: nil
        }
    }

    private func content(_ payload: Data) -> JobEvent.Content? {
        switch event {
        case .job: return state.flatMap(JobState.init).map { .state($0) }
        case .eta:
            guard let seconds, let low, let high else { return .remaining(nil) }
            return .remaining(
                TimeEstimate(seconds: seconds, low: low, high: high, runs: runs ?? 0, basis: basis ?? ""))
        default: return generation(payload).map { .generation($0) }
        }
    }

    private func generation(_ payload: Data) -> GenerationEvent? {
        switch event {
        case .stage:
            guard let name else { return nil }
            if state == "start" { return .stageStarted(name, parts: parts ?? 1) }
            if state == "cached" { return .stageCached(name) }
            return .stageFinished(name, seconds: seconds ?? 0)
        case .part:
            guard let name, let n, let of else { return nil }
            return .partsFinished(name, parts: n, count: of)
        case .block:
            guard let pass, let n, let block, let of else { return nil }
            return .blockFinished(pass: pass, step: n, block: block, count: of)
        case .step: return step.map { .stepFinished($0) }
        case .state:
            guard let pass, let n else { return nil }
            return .stateSaved(pass: pass, step: n, bytes: bytes ?? 0)
        case .output: return path.map { .outputWritten(URL(filePath: $0), bytes: bytes ?? 0) }
        case .result: return result.map { .finished($0.result) }
        case .note: return message.map { .noted($0) }
        case .preview:
            guard let look, let picture, let frames = WireText.frames(picture, payload) else { return nil }
            return .preview(Preview(look: look, frames: frames, fps: fps ?? 24, match: match, seconds: seconds))
        default: return nil
        }
    }

    private var step: StepRecord? {
        guard let pass, let n, let of, let seconds else { return nil }
        return StepRecord(
            pass: pass, number: n, count: of, sigma: sigma ?? 0, seconds: seconds, attention: attention ?? 0,
            linear: linear ?? 0, tokens: tokens ?? 0, calls: calls ?? 1, x0Change: x0Change,
            isReused: reused ?? false, residentBytes: bytes ?? 0)
    }
}
