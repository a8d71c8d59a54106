package import Foundation
package import Generation
import Kernels
package import Logging
import Synchronization

/// Runs jobs one after another: gives each its number and folder, keeps the history, and passes on what happens.
///
/// Used by the worker's process, and by the command line where no worker runs.
package final class JobRunner: JobService {
    package let history: History
    package let board = JobBoard()
    package let outlivesProgram = false
    package let service: any GenerationService
    let paths: StudioPaths
    let metadata: Settings.Metadata
    let log: Logger
    let disk: DiskCheck
    private let draftsGoFirst: Bool
    private let gate = JobGate()
    let active = Mutex<[Int: ActiveJob]>([:])
    private let jobsStarted = Mutex(0)

    /// A job that waits for its turn or runs.
    struct ActiveJob {
        var task: Task<Void, Never>
        var ending: JobEnd?
        /// What is to happen when the step in flight is done, and how the engine is told of it.
        var afterStep: StopWay?
        var stepEnd: StepEnd?
    }

    /// `metadata` decides what output files tell about how they were made; `diskSpace` tells what is free on the disk
    /// of a folder.
    package init(
        service: any GenerationService, history: History, paths: StudioPaths,
        metadata: Settings.Metadata = .full, draftsGoFirst: Bool = true, log: Logger = Logger(label: "jobs"),
        diskSpace: @escaping @Sendable (URL) -> DiskSpace? = DiskSpace.of
    ) {
        disk = DiskCheck(jobs: history.jobsFolder, paths: paths, space: diskSpace)
        self.service = service
        self.history = history
        self.paths = paths
        self.metadata = metadata
        self.draftsGoFirst = draftsGoFirst
        self.log = log
    }

    package func features(ofDraft id: Int) async throws -> [FeaturePicture] {
        try await service.features(ofDraftIn: paths.folder(ofJob: id))
    }

    // MARK: The queue

    /// Gives an entered job its place and starts it when its turn has come.
    func start(
        _ job: QueuedJob, _ document: RecipeDocument, goesOn: Bool = false, isPartial: Bool = false,
        stepEnd: StepEnd? = nil, _ begin: @escaping @Sendable () -> AsyncThrowingStream<GenerationEvent, any Error>
    ) async -> JobHandle {
        let news = board.news()
        await gate.expect(job.id)
        board.publish { queue in
            [
                .entered(job, order: place(job, goesOn: goesOn, in: queue)),
                .job(JobEvent(job: job.id, content: .state(.waiting))),
            ]
        }
        await keepOrder()
        let run = JobRun(
            id: job.id, kind: job.kind, document: document, folder: job.folder, parent: job.parent, isPartial: isPartial
        )
        active.withLock { active in
            active[job.id] = ActiveJob(
                task: Task.detached { [self] in await perform(run, begin) }, stepEnd: stepEnd)
        }
        return JobHandle(job, news: news, service: self)
    }

    /// Drafts before commits, where that is wanted; what goes on before what is new.
    private func place(_ job: QueuedJob, goesOn: Bool, in queue: QueueState) -> [Int] {
        let waiting = queue.jobs.filter { $0.state == .waiting && $0.id != job.id }
        let isBefore: (QueuedJob) -> Bool = { [draftsGoFirst] other in
            let isLater = draftsGoFirst && job.kind == .draft && other.kind == .commit
            let isSame = !draftsGoFirst || job.kind == other.kind
            return isLater || other.isHeld || (goesOn && isSame)
        }
        let index = waiting.firstIndex(where: isBefore) ?? waiting.count
        var order = waiting.map(\.id)
        order.insert(job.id, at: index)
        return order
    }

    /// Makes the order that was published last come true, and last: another may be published meanwhile, and kept first.
    func keepOrder() async {
        var order: [Int]
        repeat {
            order = board.queue.waiting
            do {
                try history.setOrder(order)
            } catch {
                log.warning("the queue's order could not be stored: \(error)")
            }
            await gate.arrange(order)
        } while order != board.queue.waiting
    }

    func setPaused(_ isPaused: Bool) async {
        board.publish(.paused(isPaused))
        await gate.setPaused(isPaused)
        if isPaused, board.queue.isIdle { giveMemoryBack(after: .zero) }
    }

    // MARK: One job

    /// The whole life of a job. Everything is in the history before its last news.
    private func perform(
        _ run: JobRun, _ begin: @Sendable () -> AsyncThrowingStream<GenerationEvent, any Error>
    ) async {
        do {
            while try await takeTurn(run, begin) == .parked {
                try history.setState(.waiting, of: run.id)
                board.publish { queue in
                    let waiting = queue.jobs.filter { $0.state == .waiting }
                    let drafts = waiting.prefix { $0.kind == .draft && !$0.isHeld }.map(\.id)
                    let order = drafts + [run.id] + waiting.map(\.id).dropFirst(drafts.count)
                    return [.job(JobEvent(job: run.id, content: .state(.waiting))), .order(order)]
                }
                await keepOrder()
                await gate.leave()
            }
            end(run, run.isPartial ? .partial(nil) : .done)
        } catch {
            let isStop = error is CancellationError || Task.isCancelled
            let asked = active.withLock { $0[run.id]?.ending }
            let told = told(error, of: run.id)
            end(run, isStop ? asked ?? .stopped : run.isPartial ? .partial(told) : .failed(told))
        }
    }

    private func told(_ error: any Error, of id: Int) -> any Error {
        let failure = JobFailure(error, hasStarted: board.queue.run.map { $0.job == id && $0.stage != nil } ?? false)
        return failure.exitCode == 5 ? failure : error
    }

    private enum Turn {
        case finished
        /// Stopped between two steps, to go on later; the turn is still taken.
        case parked
    }

    private func takeTurn(
        _ run: JobRun, _ begin: @Sendable () -> AsyncThrowingStream<GenerationEvent, any Error>
    ) async throws -> Turn {
        try await gate.enter(run.id)
        do {
            let turn = try await runEngine(run, begin)
            if turn == .finished { await gate.leave() }
            return turn
        } catch {
            await gate.leave()
            throw error
        }
    }

    private func end(_ run: JobRun, _ end: JobEnd) {
        active.withLock { _ = $0.removeValue(forKey: run.id) }
        let state: JobState =
            switch end {
            case .done: .done
            case .stopped, .partial: .stopped
            case .removed: .removed
            case .failed(let error): Self.isRefusal(error) ? .stopped : .failed
            }
        let isKept = run.isPartial && state != .removed
        if state != .done, !isKept { recordEnd(state, of: run.id, end.error) }
        if state != .done {
            let reason = end.error.map { ": \(JobFailure($0).message)" } ?? ""
            JobLog(folder: run.folder).write("\(state.rawValue)\(reason)")
        }
        board.publish(.job(JobEvent(job: run.id, content: .state(state))))
        board.publish(.ended(run.id, end))
        if case .stopped = end { giveMemoryBack(after: .zero) } else { giveMemoryBack(after: Self.memoryPatience) }
    }

    /// Whether a job is as it was before somebody wanted it to go on.
    private static func isRefusal(_ error: any Error) -> Bool {
        if case GenerationError.otherState = error { true } else { false }
    }

    // MARK: Memory

    /// How long the model stays loaded for a job that may come.
    private static let memoryPatience = Duration.seconds(300)

    /// Gives the model's memory back unless a job runs or is about to; a queue that stands still has none.
    private func giveMemoryBack(after patience: Duration) {
        let patience = board.queue.isPaused ? .zero : patience
        let number = jobsStarted.withLock { $0 }
        Task.detached { [weak self] in
            if patience > .zero { try? await Task.sleep(for: patience) }
            guard let self, board.queue.isIdle, jobsStarted.withLock({ $0 }) == number else { return }
            await service.releaseMemory()
        }
    }

    func recordEnd(_ state: JobState, of id: Int, _ failure: (any Error)?) {
        do {
            let failure = state == .failed ? failure : nil
            let text = failure.map { TextCleaning.oneLine(String(describing: $0)) }
            try history.setState(state, of: id, error: text, exitCode: failure.map { Int(JobFailure($0).exitCode) })
        } catch {
            // The job's own failure is what the user must hear about; the next start repairs the row.
            log.error("job \(id) ended as \(state.rawValue), which could not be stored: \(error)")
        }
    }

    private func runEngine(
        _ run: JobRun, _ begin: @Sendable () -> AsyncThrowingStream<GenerationEvent, any Error>
    ) async throws -> Turn {
        jobsStarted.withLock { $0 += 1 }
        if !run.isPartial { try history.setState(.running, of: run.id) }
        let earlier = try history.steps(of: run.id)
        board.publish(.job(JobEvent(job: run.id, content: .state(.running))))
        board.publish(.progress(RunProgress(job: run.id, steps: earlier, savedStep: earlier.last?.number)))
        if !run.isPartial { try history.forgetOpenGuesses(of: run.id) }
        let (estimate, memory) = await outlook(run)
        var recorder = JobRecorder(run: run, history: history, estimate: estimate, memory: memory, earlier: earlier)
        do {
            var isFinished = false
            for try await event in begin() {
                if case .finished = event { isFinished = true }
                try take(event, of: run.id, with: &recorder)
                if case .stateSaved = event, active.withLock({ $0[run.id]?.afterStep }) != nil {
                    throw CancellationError()
                }
            }
            // A cancelled reader sees its stream end as if the job were over.
            guard isFinished else { throw CancellationError() }
            return .finished
        } catch is CancellationError where !Task.isCancelled && parks(run.id) {
            return .parked
        }
    }

    private func take(_ event: GenerationEvent, of id: Int, with recorder: inout JobRecorder) throws {
        try record(event, of: id, with: &recorder)
        board.publish(.job(JobEvent(job: id, content: .generation(event), guess: recorder.guess(of: event))))
        if let update = recorder.remainingUpdate(after: event) {
            board.publish(.job(JobEvent(job: id, content: update)))
        }
    }

    /// Whether a job that ends behind a step only makes room for others; it is told to go on the next time.
    private func parks(_ id: Int) -> Bool {
        active.withLock { active in
            guard active[id]?.afterStep == .park else { return false }
            active[id]?.afterStep = nil
            active[id]?.stepEnd?.withdraw()
            return true
        }
    }

    /// A time that cannot be stored must not end hours of work; a result that cannot be stored must be heard of.
    private func record(_ event: GenerationEvent, of id: Int, with recorder: inout JobRecorder) throws {
        do {
            try recorder.record(event)
        } catch {
            switch event {
            case .finished, .outputWritten: throw error
            default: log.warning("job \(id): a time could not be stored: \(error)")
            }
        }
    }

    /// What is known before the start; a plan that fails only makes the estimate poorer.
    private func outlook(_ run: JobRun) async -> (JobEstimate, MemoryWatch?) {
        let plan = try? await service.plan(run.document.recipe)
        let memory = run.isPartial ? nil : plan.flatMap { MemoryWatch(plan: $0, kind: run.kind) }
        return (estimate(run, plan), memory)
    }

    private func estimate(_ run: JobRun, _ plan: GenerationPlan?) -> JobEstimate {
        let recipe = run.document.recipe
        do {
            let estimator = try history.estimator(for: recipe, plan: plan)
            if run.isPartial { return estimator.partial(recipe, kind: run.kind) }
            let remakes = run.parent.map { !DraftFolder.hasLatent(paths.folder(ofJob: $0)) } ?? false
            return estimator.job(recipe, kind: run.kind, remakesDraft: remakes)
        } catch {
            log.warning("no estimate for job \(run.id): \(error)")
            return TimeEstimator(steps: [], stages: []).job(recipe, kind: run.kind)
        }
    }
}

/// What stays the same during a job.
struct JobRun: Sendable {
    var id: Int
    var kind: GenerationResult.Kind
    var document: RecipeDocument
    var folder: URL
    /// The draft of a commit.
    var parent: Int?
    /// It only writes what there is: the history hears of the file alone.
    var isPartial = false
}
