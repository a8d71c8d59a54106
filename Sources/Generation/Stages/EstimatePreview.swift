import Diffusion
import Foundation
import VideoIO

/// Shows the estimates of a pass between its steps: by the fitted map as long as that costs little, by the decoder when
/// somebody asks.
struct EstimatePreview {
    /// Nil until a few drafts have taught it.
    let map: LatentColors?
    let model: LoadedModel
    let grid: LatentGrid
    let recipe: Recipe
    /// Pixels of the pass.
    let size: VideoSize
    let framesPerLatent: Int
    let job: JobContext
    /// A commit's draft, drawn by the same map; empty where there is nothing to compare with.
    var reference: [VideoFrame] = []

    private var cost: Duration = .zero
    private var lastShown = ContinuousClock.now
    /// One that cannot be made is told of once.
    private var hasFailed = false

    /// How much of the time the map may take.
    private static let share = 0.02
    /// Columns of the latent that the small look decodes.
    private static let smallWidth = 16
    /// Widest picture that is passed on.
    private static let widthLimit = 640

    init(
        map: LatentColors?, model: LoadedModel, grid: LatentGrid, recipe: Recipe, size: VideoSize, framesPerLatent: Int,
        job: JobContext
    ) {
        self.map = map
        self.model = model
        self.grid = grid
        self.recipe = recipe
        self.size = size
        self.framesPerLatent = framesPerLatent
        self.job = job
    }

    /// - Parameter estimate: of the clean latent, `[tokens, channels]`.
    /// - Throws: `CancellationError`; a picture that fails for another reason is done without.
    mutating func show(_ estimate: [Float]) throws {
        if let look = job.looks.take() {
            do {
                try showDecoded(estimate, look)
            } catch let error as CancellationError {
                throw error
            } catch {
                // A preview can never fail a job; the next one is tried again.
                if !hasFailed {
                    job.emit(.noted("A picture of the estimate could not be made; the job goes on. \(error)"))
                }
                hasFailed = true
            }
            // What was asked for is not held against the map.
            lastShown = .now
            return
        }
        let start = ContinuousClock.now
        guard let map, cost <= (start - lastShown) * Self.share else { return }
        let frames = map.frames(estimate, grid: grid)
        guard !frames.isEmpty else { return }
        let match = ColorMatch.correlation(frames, reference)
        lastShown = .now
        cost = lastShown - start
        // At the clip's own speed, however few frames that is a second: a motion played faster cannot be judged, nor
        // compared with the draft's.
        send(.map, frames, fps: recipe.fps / Double(framesPerLatent), match: match, cost)
    }

    private func showDecoded(_ estimate: [Float], _ look: SharperLook) throws {
        let start = ContinuousClock.now
        var (latent, shownGrid, shownSize) = (estimate, grid, size)
        if look == .small, grid.width > Self.smallWidth {
            shownGrid = LatentGrid(
                frames: grid.frames, height: max(grid.height * Self.smallWidth / grid.width, 1), width: Self.smallWidth)
            latent = LatentBox.averaged(estimate, from: grid, to: shownGrid)
            shownSize = VideoSize(
                width: size.width * shownGrid.width / grid.width, height: size.height * shownGrid.height / grid.height)
        }
        var frames: [VideoFrame] = []
        // Its parts are nobody's progress.
        let quiet = JobContext(stop: job.stop) { _ in }
        try DecodeStage(
            decoder: try model.decoder(), grid: shownGrid, frameCount: recipe.frames, size: shownSize, seed: recipe.seed
        ).run(latent, job: quiet) { frame in
            let shown = frame.sizeFitting(maximumWidth: Self.widthLimit, maximumHeight: Self.widthLimit)
            frames.append(frame.resized(toWidth: shown.width, height: shown.height))
        }
        send(look == .small ? .small : .full, frames, fps: recipe.fps, match: nil, .now - start)
    }

    private func send(_ look: Preview.Look, _ frames: [VideoFrame], fps: Double, match: Double?, _ cost: Duration) {
        job.emit(.preview(Preview(look: look, frames: frames, fps: fps, match: match, seconds: cost / .seconds(1))))
    }
}

/// Latents on a coarser grid.
enum LatentBox {
    /// The mean of the cells that fall into each cell of `small`, frame by frame.
    ///
    /// `latent`: `[tokens, channels]` on `grid`.
    static func averaged(_ latent: [Float], from grid: LatentGrid, to small: LatentGrid) -> [Float] {
        let channels = latent.count / grid.tokenCount
        var result = [Float](repeating: 0, count: small.tokenCount * channels)
        for frame in 0..<small.frames {
            for row in 0..<small.height {
                for column in 0..<small.width {
                    let rows = row * grid.height / small.height..<(row + 1) * grid.height / small.height
                    let columns = column * grid.width / small.width..<(column + 1) * grid.width / small.width
                    let target = ((frame * small.height + row) * small.width + column) * channels
                    let share = 1 / Float(rows.count * columns.count)
                    for y in rows {
                        for x in columns {
                            let source = ((frame * grid.height + y) * grid.width + x) * channels
                            for channel in 0..<channels { result[target + channel] += latent[source + channel] * share }
                        }
                    }
                }
            }
        }
        return result
    }
}
