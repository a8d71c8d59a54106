import Diffusion
import Kernels
import Models
import Synchronization
import Tensors

/// One evaluation of a transformer with everything prepared, as a denoising step runs it.
struct TransformerRun: Sendable {
    let executor: VideoTransformerExecutor
    let workspace: TransformerWorkspace
    private let tokens: [Float]
    private let evaluation: VideoTransformerExecutor.Evaluation
    private let promptTokens: Int
    private let blockEnds = BlockEnds()

    /// - Parameters:
    ///   - executor: the model.
    ///   - grid: the latent's positions.
    ///   - promptTokens: words of the prompt, none of them padding.
    ///   - injections: for a model with fusion blocks.
    init(
        _ executor: VideoTransformerExecutor, grid: LatentGrid, promptTokens: Int,
        injections: [InjectedFeatures] = []
    ) {
        let configuration = executor.configuration
        var random = RandomNumbers()
        self.executor = executor
        self.promptTokens = promptTokens
        workspace = executor.workspace(tokenCount: grid.tokenCount)
        tokens = random.floats(grid.tokenCount * configuration.inputChannels)
        let places = grid.indices(frameRate: 24, isCausal: configuration.causalTemporalPositioning ?? false)
        var evaluation = VideoTransformerExecutor.Evaluation(
            rotary: RotaryRows(coordinates: places.values, configuration: configuration),
            prompt: executor.prompt(
                states: random.floats(promptTokens * configuration.captionChannels),
                mask: [Float](repeating: 1, count: promptTokens)),
            timesteps: [0.5])
        evaluation.injections = injections
        let blockEnds = blockEnds
        evaluation.onBlock = { _ in blockEnds.add() }
        self.evaluation = evaluation
    }

    /// The whole model once.
    func evaluate() throws {
        blockEnds.start()
        _ = try executor.velocity(tokens, evaluation, workspace: workspace)
    }

    /// Calls `body` behind every block of one evaluation.
    func evaluate(afterBlock body: @escaping @Sendable () -> Void) throws {
        var watched = evaluation
        watched.onBlock = { _ in body() }
        _ = try executor.velocity(tokens, watched, workspace: workspace)
    }

    /// The streams that guide a commit's blocks.
    func streams(after blocks: [Int]) throws -> [[Float]] {
        try executor.streams(after: blocks, tokens, evaluation, workspace: workspace)
    }

    /// Seconds of the last evaluation's blocks, without the first: its start is not seen.
    var blockSeconds: [Double] { blockEnds.seconds }

    /// Multiply-adds of one evaluation, each counted as two operations: linear layers, attention, attention to the
    /// prompt (whose keys and values are made once a clip), and the fusion blocks.
    var operations: Double {
        let configuration = executor.configuration
        let (n, d) = (Double(workspace.tokenCount), Double(configuration.width))
        let linear = 2 * n * d * (4 * d + 2 * d + 8 * d)
        let attention = 4 * n * n * d + 4 * n * Double(promptTokens) * d
        let fusion =
            (executor.turbo2k.map { Double($0.guidanceBlocks.count * $0.fusionHiddenRatio) } ?? 0) * 4 * n * d * d
        return Double(configuration.layerCount) * (linear + attention) + fusion
    }
}

/// When the blocks of an evaluation ended.
private final class BlockEnds: Sendable {
    private let instants = Mutex<[ContinuousClock.Instant]>([])

    func start() { instants.withLock { $0.removeAll(keepingCapacity: true) } }
    func add() { instants.withLock { $0.append(ContinuousClock.now) } }

    var seconds: [Double] {
        instants.withLock { ends in zip(ends.dropFirst(), ends).map { ($0 - $1) / .seconds(1) } }
    }
}
