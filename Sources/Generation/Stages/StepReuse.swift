import Models

/// Step caching of one pass: which steps compute all blocks, and what they leave for the others.
///
/// A step is decided once, by its first evaluation; the others of the step follow. What a reused step needs comes from the
/// last whole step alone, so a pass that is resumed there, with nothing in memory, makes the same latent. Where going on
/// begins therefore moves on only once the step behind has turned out to be whole.
///
/// So a stop costs, beside the step in flight, the last whole step again and the reused ones behind it, which take a few
/// percent of its time each. To keep the caches with the state would save that and cost more: 8 bytes for each token and
/// channel and evaluation are 38 MB in a draft of 512x288 with a model of width 2048, and 940 MB in a commit to 2560x1440
/// whose state has 29 MB, to be written behind each whole step. And to compute the next step whole after going on would
/// not do: the run that nobody stopped reuses there, so the latent would be another.
final class StepReuse {
    /// The evaluations of a step, each with a cache of its own.
    enum Branch: Hashable {
        case positive
        case negative
        case perturbed
    }

    /// From this noise level up, where a clip's composition is decided, every step is whole: reusing there as well costs
    /// 10 dB and more for a few evaluations.
    private static let compositionLevel: Float = 0.9

    private let threshold: Float
    private let makeCache: () -> BlockCache
    private var caches: [Branch: BlockCache] = [:]
    /// The evaluations of the last whole step.
    private var known: Set<Branch> = []
    private var branches: Set<Branch> = []
    /// Nil until the step's first evaluation has decided.
    private var isWhole: Bool?
    /// Told that the step is whole; not called where it turns out to be reused.
    private var onWhole: (() -> Void)?

    /// Whether the present step took most blocks from the last whole one.
    var isReused: Bool { isWhole == false }

    /// `threshold`: of the relative change.
    init(threshold: Float, _ makeCache: @escaping () -> BlockCache) {
        self.threshold = threshold
        self.makeCache = makeCache
    }

    /// - Parameters:
    ///   - level: the noise level of the step.
    ///   - branches: the evaluations that it will have.
    func beginStep(at level: Float, _ branches: Set<Branch>) {
        self.branches = branches
        // A branch that the last whole step did not have has nothing to reuse, or something older.
        isWhole = nil
        if level >= Self.compositionLevel || known.isEmpty || !branches.isSubset(of: known) { decided(true) }
    }

    /// - Parameter onWhole: called once the next step has turned out to be whole.
    func keep(_ onWhole: @escaping () -> Void) { self.onWhole = onWhole }

    func reuse(_ branch: Branch) -> VideoTransformerExecutor.BlockReuse {
        let cache = caches[branch] ?? makeCache()
        caches[branch] = cache
        guard let isWhole else {
            // SAFETY: called on the thread that evaluates, while it waits for its workers.
            nonisolated(unsafe) let pass = self
            return .init(cache: cache, choice: .below(threshold)) { pass.decided($0) }
        }
        return .init(cache: cache, choice: isWhole ? .whole : .reused)
    }

    private func decided(_ whole: Bool) {
        isWhole = whole
        if whole {
            known = branches
            onWhole?()
        }
        onWhole = nil
    }
}
