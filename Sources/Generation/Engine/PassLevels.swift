import Diffusion
import Models

/// The noise levels of a model's passes, known before any weights are loaded.
extension ModelShapes {
    /// Where a model has no HR stage: the draft's latent, resized, is noised to this level and denoised at full size, in
    /// as many steps as asked for. Explicit timesteps are taken as they are.
    private static let restartLevel: Float = 0.7

    func grid(_ size: VideoSize, frames: Int) -> LatentGrid {
        LatentGrid(
            pixelFrames: frames, pixelHeight: size.height, pixelWidth: size.width,
            scale: LatentScale(
                frames: autoencoderConfiguration.temporalFactor, pixels: autoencoderConfiguration.spatialFactor))
    }

    /// The recipe's own levels or shift, else the schedule of the model's configuration.
    ///
    /// - Throws: ``GenerationError/badValue(_:)``.
    func schedule(_ pass: Pass, _ settings: PassSettings, grid: LatentGrid) throws -> NoiseSchedule {
        do {
            if let timesteps = settings.timesteps { return try NoiseSchedule(timesteps: timesteps) }
            let schedule = try unscaledSchedule(pass, settings, grid: grid)
            guard pass == .hr, turbo2k == nil else { return schedule }
            return try NoiseSchedule(timesteps: schedule.timesteps.map { $0 * Self.restartLevel })
        } catch {
            throw GenerationError.badValue("The noise schedule cannot be made. \(error)")
        }
    }

    private func unscaledSchedule(
        _ pass: Pass, _ settings: PassSettings, grid: LatentGrid
    ) throws -> NoiseSchedule {
        if let shift = settings.shift { return try .shifted(stepCount: settings.steps, shift: shift) }
        let own = pass == .lr ? schedule : highResolutionSchedule
        return try own.schedule(stepCount: settings.steps, tokenCount: grid.tokenCount)
    }

    /// Model evaluations of each step of a pass.
    func stepCalls(_ pass: Pass, _ recipe: Recipe) throws -> [Int] {
        let settings = pass == .lr ? recipe.lr : recipe.hr
        let guidance = PassGuidance(settings)
        return try schedule(pass, settings, grid: grid(settings.size, frames: recipe.frames)).timesteps
            .map { guidance.branches(at: $0).count }
    }
}
