package import Generation
package import Kernels

/// What is asked of the queue: a new job, or an old one to go on.
package enum JobOrder: Sendable {
    /// `preset` is the name of the preset in force, for the recipe in the file.
    case draft(Recipe, preset: String?, batch: JobBatch?)
    /// The commit of a kept draft; where `hr`, `precision` or `seed` is nil the draft's recipe decides. With
    /// `ignoresMemory` it starts even where the plan says that memory will not do.
    case commit(draft: Int, hr: PassSettings?, precision: Precision?, seed: UInt32?, ignoresMemory: Bool)
    /// Goes on with a stopped, failed or held job under its own number, from the state on its disk.
    case resume(Int, StateUse)
    /// Writes a clip of what a stopped or failed job has; the job stays as it is.
    case partial(Int)
}

/// What a job that goes on does with the state on its disk.
package enum StateUse: String, Sendable, Codable {
    /// Goes on from it; where other weights, another build or another kind of CPU made it, the job does not start.
    case own
    /// Goes on from it also where another build or kind of CPU made it.
    case any
    /// Begins anew.
    case none
}

/// How a running job is stopped. Its state on disk stays in each case.
package enum StopWay: String, Sendable, Codable {
    /// Within a second; the step in flight is lost.
    case now
    /// When the step in flight is done and its state saved.
    case afterStep = "after_step"
    /// As ``afterStep``, and it goes on by itself after the drafts that wait.
    case park
}

/// What else may be asked.
package enum QueueChange: Sendable {
    case stop(Int, StopWay)
    /// Takes a job that waits, was stopped or has failed out of the queue for good.
    case remove(Int)
    /// The order in which waiting jobs are to run; those not named come after them.
    case arrange([Int])
    /// While paused no waiting job is started. Going on also starts those that an ended engine left.
    case pause(Bool)
    /// A sharper picture of the running job's estimate.
    case look(SharperLook)
}

/// Runs jobs: in this process, or in the worker's. Nothing above can tell which.
package protocol JobService: Sendable {
    var history: History { get }
    /// The queue and its news.
    var board: JobBoard { get }
    /// Whether jobs go on when this program ends.
    var outlivesProgram: Bool { get }
    /// Enters a job. `output` is where else than in a draft's folder its clip is written; a job that goes on writes where
    /// it was going to.
    ///
    /// - Throws: ``GenerationError`` for a recipe that cannot be used, ``StudioError`` where the history fails or the
    ///   job cannot go on.
    func submit(_ order: JobOrder, output: JobOutput?, wantsPreviews: Bool) async throws -> JobHandle
    /// - Throws: ``StudioError`` where the job is not in a state for that.
    func change(_ change: QueueChange) async throws
    /// A kept draft's guidance features.
    func features(ofDraft id: Int) async throws -> [FeaturePicture]
    /// Ends the engine's process at once, where it is one of its own; states on the disk stay.
    func endEngine()
}

extension JobService {
    package func endEngine() {}

    package func draft(
        _ recipe: Recipe, preset: String? = nil, output: JobOutput? = nil, batch: JobBatch? = nil,
        wantsPreviews: Bool = true
    ) async throws -> JobHandle {
        try await submit(.draft(recipe, preset: preset, batch: batch), output: output, wantsPreviews: wantsPreviews)
    }

    package func commit(
        draft: Int, hr: PassSettings? = nil, precision: Precision? = nil, seed: UInt32? = nil, output: JobOutput,
        ignoresMemory: Bool = false, wantsPreviews: Bool = true
    ) async throws -> JobHandle {
        try await submit(
            .commit(draft: draft, hr: hr, precision: precision, seed: seed, ignoresMemory: ignoresMemory),
            output: output, wantsPreviews: wantsPreviews)
    }

    package func resume(
        _ id: Int, output: JobOutput? = nil, using state: StateUse = .own, wantsPreviews: Bool = true
    ) async throws -> JobHandle {
        try await submit(.resume(id, state), output: output, wantsPreviews: wantsPreviews)
    }

    package func partial(_ id: Int, output: JobOutput, wantsPreviews: Bool = true) async throws -> JobHandle {
        try await submit(.partial(id), output: output, wantsPreviews: wantsPreviews)
    }
}
