import Dispatch
package import Foundation
import Kernels
import Models
import Synchronization
import WeightFiles

/// Runs drafts and commits in this process, one after the other, on a thread of its own.
///
/// The model stays loaded between jobs of the same model, precision and thread count.
package final class GenerationEngine: GenerationService {
    package struct Options: Sendable {
        /// The user's models, beside the bundled ones.
        package var userModels: URL?
        /// Digests and fitted previews; nil: nothing is kept.
        package var cacheFolder: URL?
        /// Nil: one for each core.
        package var threadCount: Int?
        /// Starts a job even where the plan says that memory will not do.
        package var ignoresMemory = false
        /// Stands in for the memory that the system has; nil: what the system says.
        package var availableBytes: Int?

        package init(userModels: URL? = nil, cacheFolder: URL? = nil, threadCount: Int? = nil) {
            self.userModels = userModels
            self.cacheFolder = cacheFolder
            self.threadCount = threadCount
        }
    }

    package let options: Options
    package let catalog: ModelCatalog
    private let queue = DispatchQueue(label: "turbo2k.engine", qos: .utility)
    private let loaded = Mutex(LoadedSlot())
    /// What the running job is asked to show.
    private let looks = LookWishes()

    /// The model in memory. Only touched on the queue; the lock tells the compiler.
    private struct LoadedSlot: @unchecked Sendable {
        // SAFETY: the model is used on the engine's serial queue alone.
        var model: LoadedModel?
        var key = ""
    }

    package init(options: Options = Options()) {
        self.options = options
        catalog = ModelCatalog(userFolder: options.userModels)
    }

    package func draft(_ request: DraftRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        stream(request.stepEnd) { [self] job in
            let model = try load(request.recipe.model, precision: request.recipe.precision)
            try DraftJob(request: request, model: model, options: options).run(job)
        }
    }

    package func commit(_ request: CommitRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        stream(request.stepEnd) { [self] job in
            let draft = try draft(of: request, job)
            let model = try load(draft.recipe.model, precision: request.precision ?? draft.recipe.precision)
            try CommitJob(request: request, draft: draft, model: model, options: options).run(job)
        }
    }

    /// The draft that a commit is made of; one that was cleaned away is made again.
    private func draft(of request: CommitRequest, _ job: JobContext) throws -> DraftFile {
        let remake = DraftRemake(request: request, options: options)
        guard !DraftFolder.hasLatent(request.draftFolder), let recipe = remake.recipe else {
            return try DraftFile.read(in: request.draftFolder)
        }
        return try remake.run(recipe, try load(recipe.model, precision: recipe.precision), job)
    }

    package func partial(_ request: PartialRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        stream { [self] job in
            let model = try load(request.recipe.model, precision: request.recipe.precision)
            try PartialJob(request: request, model: model, options: options).run(job)
        }
    }

    package func plan(_ recipe: Recipe) async throws -> GenerationPlan {
        try ModelCatalog.explained {
            let shapes = try ModelShapes(catalog.find(recipe.model))
            try RecipeCheck(shapes).checkSettings(recipe)
            var plan = MemoryPlan(
                shapes: shapes, recipe: recipe, precision: recipe.precision ?? Kernels.defaultPrecision,
                threadCount: threadCount, availableBytes: options.availableBytes
            ).plan
            plan.lrStepCalls = try shapes.stepCalls(.lr, recipe)
            plan.hrStepCalls = try shapes.stepCalls(.hr, recipe)
            return plan
        }
    }

    package func tokenCount(of prompt: String, model: String) async throws -> PromptLength {
        try TokenCounter.shared.length(of: prompt, model: catalog.find(model))
    }

    package func features(ofDraftIn folder: URL) async throws -> [FeaturePicture] {
        if let kept = FeatureFile.read(in: folder) { return kept }
        let stop = StopFlag()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                queue.async { [self] in
                    continuation.resume(
                        with: Result { try ModelCatalog.explained { try features(ofDraftIn: folder, stop: stop) } })
                }
            }
        } onCancel: {
            stop.stop()
        }
    }

    private func features(ofDraftIn folder: URL, stop: StopFlag) throws -> [FeaturePicture] {
        if stop.isStopped { throw CancellationError() }
        let draft = try DraftFile.read(in: folder)
        let model = try load(draft.recipe.model, precision: draft.recipe.precision)
        let pictures = try FeatureJob(draft: draft, model: model, options: options).run(stop: stop)
        // Without a place to keep them they are made again the next time.
        try? FeatureFile.write(pictures, in: folder)
        return pictures
    }

    package func look(_ look: SharperLook) async { looks.ask(look) }

    package func releaseMemory() async {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                loaded.withLock { slot in
                    slot.model = nil
                    slot.key = ""
                }
                ProcessMemory.giveBackFreed()
                continuation.resume()
            }
        }
    }

    private var threadCount: Int { options.threadCount ?? ProcessInfo.processInfo.activeProcessorCount }

    private func stream(
        _ stepEnd: StepEnd? = nil, _ body: @escaping @Sendable (JobContext) throws -> Void
    ) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { continuation in
            let stop = StopFlag()
            continuation.onTermination = { _ in stop.stop() }
            queue.async { [looks] in
                do {
                    try ModelCatalog.explained {
                        let job = JobContext(stop: stop, looks: looks, stepEnd: stepEnd) { continuation.yield($0) }
                        try job.checkCancellation()
                        // What an earlier job was asked for means nothing to this one.
                        _ = looks.take()
                        try body(job)
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
        }
    }

    private func load(_ name: String, precision: Precision?) throws -> LoadedModel {
        let installed = try catalog.find(name)
        let precision = precision ?? Kernels.defaultPrecision
        let key = "\(installed.weightFiles.map(WeightDigests.identity)) \(precision) \(threadCount)"
        if let model = loaded.withLock({ $0.key == key ? UncheckedModel(model: $0.model) : nil })?.model {
            return model
        }
        loaded.withLock { $0.model = nil }
        let model = try LoadedModel(
            installed, precision: precision, threadCount: threadCount, cache: options.cacheFolder)
        let slot = UncheckedModel(model: model)
        loaded.withLock {
            $0.model = slot.model
            $0.key = key
        }
        return model
    }

    /// Carries the model out of the lock. SAFETY: as for the slot.
    private struct UncheckedModel: @unchecked Sendable {
        let model: LoadedModel?
    }
}

/// Counts a prompt's tokens without the engine's queue, which may be busy for minutes.
private final class TokenCounter: Sendable {
    static let shared = TokenCounter()
    private let tokenizers = Mutex<[String: T5TokenizerBox]>([:])

    func length(of prompt: String, model: InstalledModel) throws -> PromptLength {
        guard let path = model.tokenizer?.path else { return PromptLength(used: 0, limit: PromptLimit.tokens) }
        let box = try tokenizers.withLock { known in
            if let found = known[path] { return found }
            let made = try ModelCatalog.explained { try T5TokenizerBox(path: path) }
            known[path] = made
            return made
        }
        return box.length(of: prompt)
    }
}
