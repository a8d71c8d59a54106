package import Foundation
package import Generation

/// What a job is doing, or how it ended.
package enum JobState: String, Sendable, Codable, CaseIterable {
    case waiting
    case running
    case stopping
    case stopped
    case failed
    case done
    case removed

    /// Whether nothing more will happen by itself.
    package var isFinal: Bool {
        switch self {
        case .waiting, .running, .stopping: false
        case .stopped, .failed, .done, .removed: true
        }
    }
}

/// One row of the history: a draft or a commit.
package struct JobRecord: Sendable, Hashable, Identifiable {
    package var id: Int
    package var kind: GenerationResult.Kind
    /// The draft of a commit.
    package var parent: Int?
    package var state: JobState
    /// The recipe with what the job added to it.
    package var recipe: RecipeDocument
    /// As JSON, the way it is stored.
    package var recipeText: String
    package var words: String
    package var seed: UInt32
    package var size: VideoSize
    package var frames: Int
    package var fps: Double
    package var model: String
    package var weightsHash: String?
    package var made: Date
    package var started: Date?
    package var ended: Date?
    /// Wall-clock time of the job.
    package var seconds: Double?
    package var isStarred: Bool
    package var trashed: Date?
    package var note: String?
    /// The sentence a failed job ended with.
    package var error: String?
    /// The exit status that a failed job's program ends with; nil where it is not known.
    package var exitCode: Int?
    package var folder: URL
    /// Whether a finished commit of this draft exists.
    package var hasCommit: Bool
    /// Of a draft that was asked for together with others.
    package var batch: JobBatch?
}

/// A file that a job wrote.
package struct OutputRecord: Sendable, Hashable {
    package var job: Int
    package var path: String
    package var bytes: Int
    package var sha256: String?
    package var kind: String
    /// Whether the file was missing when last looked for.
    package var isGone: Bool

    package init(job: Int, path: String, bytes: Int, sha256: String?, kind: String, isGone: Bool = false) {
        self.job = job
        self.path = path
        self.bytes = bytes
        self.sha256 = sha256
        self.kind = kind
        self.isGone = isGone
    }
}

/// How long a part of a job took.
package struct StageRecord: Sendable, Hashable, Codable {
    package var stage: Stage
    package var part: Int
    package var seconds: Double
    /// What the time grows with: bytes loaded, pixels decoded; 0 where unknown.
    package var work: Double
    package var isWarm: Bool

    package init(stage: Stage, part: Int, seconds: Double, work: Double, isWarm: Bool) {
        self.stage = stage
        self.part = part
        self.seconds = seconds
        self.work = work
        self.isWarm = isWarm
    }
}

/// A prompt as it was used.
package struct PromptRecord: Sendable, Hashable {
    package var text: String
    package var negative: String
    package var lastUsed: Date
    package var useCount: Int
}

/// A job about to be entered.
package struct NewJob: Sendable {
    package var kind: GenerationResult.Kind
    package var parent: Int?
    package var recipe: RecipeDocument
    package var state: JobState
    package var machine: String
    package var threads: Int
    package var batch: JobBatch?

    package init(
        kind: GenerationResult.Kind, parent: Int? = nil, recipe: RecipeDocument, state: JobState = .waiting,
        machine: String = Machine.current.name, threads: Int = Machine.current.coreCount, batch: JobBatch? = nil
    ) {
        self.batch = batch
        self.kind = kind
        self.parent = parent
        self.recipe = recipe
        self.state = state
        self.machine = machine
        self.threads = threads
    }

    /// The pass whose size the row shows.
    var size: VideoSize { kind == .draft ? recipe.recipe.lr.size : recipe.recipe.hr.size }
}
