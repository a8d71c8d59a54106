package import Generation

/// A job's predicted time, stage by stage.
package struct JobEstimate: Sendable, Hashable {
    package struct Part: Sendable, Hashable {
        package var stage: Stage
        /// Nil: not known yet.
        package var time: TimeEstimate?
    }

    package var parts: [Part]

    /// The whole job; nil where its sampling is not known yet. Unknown small stages count as nothing.
    package var total: TimeEstimate? {
        let sampling = parts.filter { $0.stage == .lr || $0.stage == .hr }
        guard sampling.allSatisfy({ $0.time != nil }) else { return nil }
        let known = parts.compactMap(\.time)
        guard let first = known.first else { return nil }
        return known.dropFirst().reduce(first, +)
    }

    package subscript(stage: Stage) -> TimeEstimate? {
        parts.first { $0.stage == stage }?.time
    }
}

extension TimeEstimator {
    /// Predicts a draft or a commit.
    package func job(_ recipe: Recipe, kind: GenerationResult.Kind) -> JobEstimate {
        let pass = kind == .draft ? recipe.lr : recipe.hr
        let stages: [Stage] =
            kind == .draft ? [.load, .text, .lr, .decode, .encode] : [.load, .features, .hr, .decode, .encode]
        return JobEstimate(
            parts: stages.map { stage in
                switch stage {
                case .lr, .hr: .init(stage: stage, time: sampling(pass, frames: recipe.frames))
                default: .init(stage: stage, time: self.stage(stage, work: Self.work(of: stage, pass, recipe.frames)))
                }
            })
    }

    private func sampling(_ pass: PassSettings, frames: Int) -> TimeEstimate? {
        let calls = pass.guidance == 1 ? 1 : 2
        guard let step = step(tokens: Self.tokens(pass.size, frames: frames), calls: calls) else { return nil }
        let count = Double(pass.steps)
        return TimeEstimate(
            seconds: step.seconds * count, low: step.low * count, high: step.high * count, runs: step.runs,
            basis: step.basis)
    }

    /// Latent cells of a clip: 32 x 32 pixels, 8 frames after the first.
    package static func tokens(_ size: VideoSize, frames: Int) -> Int {
        (size.width / 32) * (size.height / 32) * ((frames - 1) / 8 + 1)
    }

    /// What a stage's time grows with.
    package static func work(of stage: Stage, _ pass: PassSettings, _ frames: Int) -> Double {
        switch stage {
        case .decode, .encode: Double(pass.size.width * pass.size.height * frames)
        case .features: Double(tokens(pass.size, frames: frames))
        case .load, .text, .lr, .hr: 0
        }
    }
}
