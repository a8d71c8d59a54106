import Foundation
import Generation
import Kernels

/// What a front end asks of the worker: a line of JSON. Fields are only ever added.
struct WorkerRequest: Codable, Sendable {
    /// Changes only where an old program could not understand a new one.
    static let version = 1

    enum Verb: String, Codable, Sendable {
        /// First of all; with `news`, the queue and its news follow the answer.
        case hello
        case submit, stop, remove, order, pause, resume, look, features
        /// Ends the worker if nobody needs it.
        case retire
    }

    struct Output: Codable, Sendable {
        var path: String
        var crf: Int?
        var metadata: String?
    }

    var id: Int
    var `do`: Verb
    var version: Int?
    var news: Bool?
    var previews: Bool?
    /// `draft` or `commit`; nil with ``Verb/submit``: a job that goes on.
    var kind: GenerationResult.Kind?
    var recipe: Recipe?
    var preset: String?
    var batch: JobBatch?
    var draft: Int?
    var hr: PassSettings?
    var precision: Precision?
    var seed: UInt32?
    /// Starts even where the plan says that memory will not do.
    var anyway: Bool?
    var output: Output?
    var job: Int?
    /// With ``Verb/submit`` and `job`: what there is of it is written.
    var partial: Bool?
    /// With ``Verb/submit`` and `job`: of a job that goes on; nil: ``StateUse/own``.
    var state: StateUse?
    var how: StopWay?
    var jobs: [Int]?
    var look: SharperLook?

    init(_ verb: Verb) {
        id = 0
        self.do = verb
    }

    /// `metadata`: what a file tells for which the order does not say.
    init(_ order: JobOrder, output: JobOutput?, wantsPreviews: Bool, metadata: Settings.Metadata) {
        self.init(.submit)
        switch order {
        case .draft(let recipe, let preset, let batch):
            kind = .draft
            self.recipe = recipe
            self.preset = preset
            self.batch = batch
        case .commit(let draft, let hr, let precision, let seed, let ignoresMemory):
            anyway = ignoresMemory
            kind = .commit
            self.draft = draft
            self.hr = hr
            self.precision = precision
            self.seed = seed
        case .resume(let id, let use):
            job = id
            state = use
        case .partial(let id):
            job = id
            partial = true
        }
        self.output = output.map {
            Output(
                path: $0.file.path(percentEncoded: false), crf: $0.crf,
                metadata: ($0.metadata ?? metadata).rawValue)
        }
        previews = wantsPreviews
    }

    init(_ change: QueueChange) {
        switch change {
        case .stop(let id, let way):
            self.init(.stop)
            job = id
            how = way
        case .remove(let id):
            self.init(.remove)
            job = id
        case .arrange(let order):
            self.init(.order)
            jobs = order
        case .pause(let isPaused): self.init(isPaused ? .pause : .resume)
        case .look(let wanted):
            self.init(.look)
            look = wanted
        }
    }

    /// Nil where the request is none, or lacks something.
    var order: JobOrder? {
        switch (kind, recipe, draft, job) {
        case (.draft, let recipe?, _, _): .draft(recipe, preset: preset, batch: batch)
        case (.commit, _, let draft?, _):
            .commit(draft: draft, hr: hr, precision: precision, seed: seed, ignoresMemory: anyway ?? false)
        case (nil, _, _, let job?): partial == true ? .partial(job) : .resume(job, state ?? .own)
        default: nil
        }
    }

    /// Nil where the request is none, or lacks something.
    var change: QueueChange? {
        switch `do` {
        case .stop: job.map { .stop($0, how ?? .now) }
        case .remove: job.map { .remove($0) }
        case .order: jobs.map { .arrange($0) }
        case .pause: .pause(true)
        case .resume: .pause(false)
        case .look: look.map { .look($0) }
        case .hello, .submit, .features, .retire: nil
        }
    }

    var jobOutput: JobOutput? {
        output.map {
            JobOutput(
                file: URL(filePath: $0.path), crf: $0.crf,
                metadata: $0.metadata.flatMap(Settings.Metadata.init))
        }
    }
}

/// What the worker answers; `id` is the request's.
struct WorkerAnswer: Codable, Sendable {
    /// Bytes of pictures behind the line. First in the text, for the framing.
    var payload: Int?
    var id: Int
    var ok: Bool
    var error: JobFailure?
    /// Of ``WorkerRequest/Verb/hello``: the worker, and how its engine was started.
    var program: String?
    var version: Int?
    var pid: Int32?
    var engine: String?
    var build: String?
    var cpu: String?
    var threads: Int?
    var availableBytes: Int?
    var job: QueuedJob?
    var features: [WirePicture]?

    enum CodingKeys: String, CodingKey {
        case payload, id, ok, error, program, version, pid, engine, build, cpu, threads, job, features
        case availableBytes = "available_bytes"
    }

    init(id: Int, error: (any Error)? = nil) {
        self.id = id
        ok = error == nil
        self.error = error.map { JobFailure($0) }
    }
}

/// The shape of frames whose pixels, RGB, follow the line one after another.
struct WirePicture: Codable, Sendable {
    var width: Int
    var height: Int
    var frames: Int
    var block: Int?
    var note: String?
}
