package import Foundation
package import Generation

/// Where a draft stands among those that were asked for together.
package struct JobBatch: Sendable, Hashable, Codable {
    /// The same for all of them, and for no others.
    package var id: Int
    /// From 0.
    package var index: Int
    package var count: Int
    /// What sets the draft apart: `red, seed 41871`.
    package var label: String

    package init(id: Int, index: Int, count: Int, label: String = "") {
        self.id = id
        self.index = index
        self.count = count
        self.label = label
    }
}

/// A job that waits or runs.
package struct QueuedJob: Sendable, Hashable, Identifiable, Codable {
    package var id: Int
    package var kind: GenerationResult.Kind
    /// The draft of a commit.
    package var parent: Int?
    package var recipe: Recipe
    package var folder: URL
    package var state: JobState
    package var batch: JobBatch?
    /// It waits since an engine that is gone, and goes on only when somebody asks.
    package var isHeld: Bool

    package init(
        id: Int, kind: GenerationResult.Kind, parent: Int? = nil, recipe: Recipe, folder: URL,
        state: JobState = .waiting, batch: JobBatch? = nil, isHeld: Bool = false
    ) {
        self.id = id
        self.kind = kind
        self.parent = parent
        self.recipe = recipe
        self.folder = folder
        self.state = state
        self.batch = batch
        self.isHeld = isHeld
    }

    package init(_ record: JobRecord, isHeld: Bool = false) {
        self.init(
            id: record.id, kind: record.kind, parent: record.parent, recipe: record.recipe.recipe,
            folder: record.folder, state: record.state, batch: record.batch, isHeld: isHeld)
    }
}

/// All jobs that are not over, and how far the running one is.
package struct QueueState: Sendable {
    /// Running ones first, then those that wait, in the order in which they will run.
    package var jobs: [QueuedJob]
    /// Whether no waiting job is started.
    package var isPaused: Bool
    package var run: RunProgress?

    package init(jobs: [QueuedJob] = [], isPaused: Bool = false, run: RunProgress? = nil) {
        self.jobs = jobs
        self.isPaused = isPaused
        self.run = run
    }

    package var waiting: [Int] { jobs.filter { $0.state == .waiting }.map(\.id) }

    /// Whether no job runs or will run by itself.
    package var isIdle: Bool { !jobs.contains { $0.state != .waiting || (!$0.isHeld && !isPaused) } }

    /// Takes in what has happened.
    mutating func apply(_ news: JobNews) {
        switch news {
        case .queue(let queue): self = queue
        case .entered(let job, let order):
            jobs.removeAll { $0.id == job.id }
            jobs.append(job)
            arrange(order)
        case .order(let order): arrange(order)
        case .paused(let isPaused): self.isPaused = isPaused
        case .progress(let progress): run = progress
        case .job(let event): apply(event)
        case .ended(let id, _):
            jobs.removeAll { $0.id == id }
            if run?.job == id { run = nil }
        case .engineEnded: run = nil
        }
    }

    private mutating func apply(_ event: JobEvent) {
        if case .state(let state) = event.content, let index = jobs.firstIndex(where: { $0.id == event.job }) {
            jobs[index].state = state
            jobs[index].isHeld = false
            if state == .waiting, run?.job == event.job { run = nil }
        }
        if run?.job == event.job { run?.apply(event.content) }
    }

    private mutating func arrange(_ order: [Int]) {
        let places = Dictionary(order.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let waiting = jobs.filter { $0.state == .waiting }.enumerated().sorted {
            (places[$0.element.id] ?? .max, $0.offset) < (places[$1.element.id] ?? .max, $1.offset)
        }
        jobs = jobs.filter { $0.state != .waiting } + waiting.map(\.element)
    }
}

/// What a front end hears about all jobs, its own and others'.
package enum JobNews: Sendable {
    /// Everything at once: first of all, and whenever what was known may be wrong.
    case queue(QueueState)
    /// A job was entered, or goes on after a stop. `order`: the jobs that wait now.
    case entered(QueuedJob, order: [Int])
    case order([Int])
    case paused(Bool)
    /// A job has started; one that goes on after a stop has its earlier steps.
    case progress(RunProgress)
    case job(JobEvent)
    /// The job's last word; the history has everything.
    case ended(Int, JobEnd)
    /// The engine's process is gone; what it ran is stopped.
    case engineEnded(EngineEnd)
}

/// How a job ended.
package enum JobEnd: Sendable {
    case done
    case stopped
    case removed
    case failed(any Error)
    /// A clip of what it has was written, or could not be; it is stopped as before.
    case partial((any Error)?)

    /// For a stream of its events.
    var error: (any Error)? {
        switch self {
        case .done: nil
        case .partial(let error): error
        case .stopped, .removed: CancellationError()
        case .failed(let error): error
        }
    }
}

/// How the engine's process ended although it had work to do or somebody to serve.
package struct EngineEnd: Error, Sendable, Hashable, CustomStringConvertible {
    /// Nil where it is not known, since the engine was another program's child.
    package var signal: Int32?
    package var exitStatus: Int32?
    /// The system ended it to get memory back.
    package var wasMemory: Bool
    /// Somebody here asked for it.
    package var wasAsked = false
    /// What it was doing.
    package var run: RunProgress?

    package init(signal: Int32? = nil, exitStatus: Int32? = nil, wasMemory: Bool = false, run: RunProgress? = nil) {
        self.signal = signal
        self.exitStatus = exitStatus
        self.wasMemory = wasMemory
        self.run = run
    }

    /// `The engine ended (signal 9). State of step 4 is safe.`
    package var description: String {
        let cause = wasMemory ? "The engine was ended by the system" : "The engine ended"
        return cause + details + place + "." + safety
    }

    /// The exit status of a program whose job ended so.
    package var exitCode: Int32 { wasMemory ? 5 : 1 }

    private var details: String {
        let number = signal.map { "signal \($0)" } ?? exitStatus.map { "status \($0)" }
        let parts = [number, wasMemory ? "out of memory" : nil].compactMap { $0 }
        return parts.isEmpty ? "" : " (" + parts.joined(separator: ", ") + ")"
    }

    private var place: String {
        guard wasMemory, let run, let stage = run.stage else { return "" }
        guard stage == .lr || stage == .hr else { return " in \(stage.rawValue)" }
        let block = run.block.map { ", block \($0)" } ?? ""
        return
            " in \(stage.rawValue.uppercased()) step \((run.steps.last?.number ?? 0) + 1) of \(run.stageParts)\(block)"
    }

    private var safety: String {
        guard let run else { return "" }
        guard let saved = run.savedStep else { return " No step was finished yet." }
        guard wasMemory, saved > 1 else { return " State of step \(saved) is safe." }
        return " Steps 1 \(saved == 2 ? "and" : "to") \(saved) are safe on disk."
    }
}
