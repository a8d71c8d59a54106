package import Tensors

/// The noise levels a sampler visits: t falls from 1 (noise) towards 0 (clean), which itself is not in the list.
package struct NoiseSchedule: Sendable, Hashable {
    /// Strictly descending, in (0, 1].
    package let timesteps: [Float]

    /// Two timesteps nearer than this are the same. Source: `t_eps` of ltx_video's RectifiedFlowScheduler.
    static let tolerance: Float = 1e-6

    /// A list used verbatim.
    ///
    /// - Throws: ``DiffusionError/badTimesteps(_:)`` unless it descends strictly and lies in (0, 1].
    package init(timesteps: [Float]) throws(DiffusionError) {
        guard let first = timesteps.first, let last = timesteps.last else {
            throw .badTimesteps("it is empty; give at least one value")
        }
        guard timesteps.allSatisfy(\.isFinite), first <= 1, last > 0 else {
            throw .badTimesteps("every value must be above 0 and at most 1")
        }
        for (time, next) in zip(timesteps, timesteps.dropFirst()) where !(next < time) {
            throw .badTimesteps("\(next) follows \(time), and every value must be below the one before")
        }
        self.timesteps = timesteps
    }

    /// `stepCount` uniform steps, then shifted: t' = s t / (1 + (s - 1) t). A larger s spends more steps on noise.
    ///
    /// - Throws: ``DiffusionError``.
    package static func shifted(stepCount: Int, shift: Float) throws(DiffusionError) -> NoiseSchedule {
        guard shift > 0, shift.isFinite else { throw .badTimesteps("the shift must be above 0") }
        let base = try BaseSchedule.uniform.timesteps(stepCount)
        return try NoiseSchedule(timesteps: base.map { shift * $0 / (1 + (shift - 1) * $0) })
    }

    package var stepCount: Int { timesteps.count }

    /// The level that a step from `time` leads to: the largest of the list and 0 that is below it; 0 stays 0.
    package func next(after time: Float) -> Float {
        timesteps.first { $0 < time - Self.tolerance } ?? min(time, 0)
    }

    /// ``next(after:)`` for every element.
    package func next(after times: Tensor) -> Tensor {
        Tensor(times.values.map(next(after:)), shape: times.shape)
    }

    /// Entries removed from both ends; the remaining steps lead to the next remaining entry and finally to 0.
    ///
    /// - Throws: ``DiffusionError/badStepCount(_:)`` if nothing would be left.
    package func skipping(initial: Int, final: Int) throws(DiffusionError) -> NoiseSchedule {
        guard initial >= 0, final >= 0, initial + final < stepCount else {
            throw .badStepCount("skipping \(initial) and \(final) of \(stepCount) steps leaves none")
        }
        return try NoiseSchedule(timesteps: Array(timesteps[initial..<stepCount - final]))
    }

    /// Checks a distilled model's list: every timestep, rounded to 4 digits, must be in it.
    ///
    /// - Throws: ``DiffusionError/timestepNotAllowed(_:allowed:)``.
    package func check(allowed: [Float]) throws(DiffusionError) {
        let keys = Set(allowed.map { ($0 * 10_000).rounded() })
        for time in timesteps where !keys.contains((time * 10_000).rounded()) {
            throw .timestepNotAllowed(time, allowed: allowed)
        }
    }
}
