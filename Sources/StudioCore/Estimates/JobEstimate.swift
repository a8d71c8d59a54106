package import Generation

/// A job's predicted time, stage by stage.
package struct JobEstimate: Sendable, Hashable {
    package struct Part: Sendable, Hashable {
        package var stage: Stage
        /// Nil: not known yet.
        package var time: TimeEstimate?
        /// Of a pass: the work of each step, in evaluations of the whole model.
        package var stepWork: [Double] = []
    }

    package var parts: [Part]
    /// Of earlier jobs of this kind.
    var errors = PastErrors()

    /// The whole job; nil where its sampling is not known yet. Unknown small stages count as nothing.
    package var total: TimeEstimate? {
        let sampling = parts.filter { $0.stage == .lr || $0.stage == .hr }
        guard sampling.allSatisfy({ $0.time != nil }) else { return nil }
        let known = parts.compactMap(\.time)
        guard let first = known.first else { return nil }
        return errors.ranged(known.dropFirst().reduce(first, +), at: 0, keepsWider: !isOfKnownSize)
    }

    /// Whether its steps were measured at the same size: then it is as sure as earlier estimates were.
    var isOfKnownSize: Bool {
        parts.filter { $0.stage == .lr || $0.stage == .hr }.allSatisfy { $0.time?.basis == TimeEstimator.sameSize }
    }

    package subscript(stage: Stage) -> TimeEstimate? {
        parts.first { $0.stage == stage }?.time
    }

    func stepWork(_ stage: Stage) -> [Double] {
        parts.first { $0.stage == stage }?.stepWork ?? []
    }
}

extension TimeEstimator {
    /// Predicts a draft or a commit. `remakesDraft`: the commit's draft was cleaned away, so its pass runs again first.
    package func job(_ recipe: Recipe, kind: GenerationResult.Kind, remakesDraft: Bool = false) -> JobEstimate {
        let stages: [Stage] =
            switch (kind, remakesDraft) {
            case (.draft, _): [.load, .text, .lr, .decode, .encode]
            case (.commit, false): [.load, .features, .hr, .decode, .encode]
            case (.commit, true): [.load, .text, .lr, .features, .hr, .decode, .encode]
            }
        var job = estimate(recipe, kind, stages)
        job.errors = errors[kind] ?? PastErrors()
        return job
    }

    /// What a commit takes more where its draft was cleaned away; nil where that is not known.
    package func remake(_ recipe: Recipe) -> TimeEstimate? { estimate(recipe, .draft, [.text, .lr]).total }

    /// Predicts the writing of what a stopped job has.
    func partial(_ recipe: Recipe, kind: GenerationResult.Kind) -> JobEstimate {
        estimate(recipe, kind, [.load, .decode, .encode])
    }

    private func estimate(_ recipe: Recipe, _ kind: GenerationResult.Kind, _ stages: [Stage]) -> JobEstimate {
        let settings = kind == .draft ? recipe.lr : recipe.hr
        return JobEstimate(
            parts: stages.map { stage in
                switch stage {
                case .lr: sampling(.lr, recipe.lr, frames: recipe.frames)
                case .hr: sampling(.hr, recipe.hr, frames: recipe.frames)
                default:
                    .init(
                        stage: stage,
                        time: self.stage(stage, work: Self.work(of: stage, settings, recipe.frames)))
                }
            })
    }

    /// Each step's evaluations, less what step caching is known to save.
    private func sampling(_ pass: Pass, _ settings: PassSettings, frames: Int) -> JobEstimate.Part {
        let shares = savings.shares(pass, settings, count: settings.steps)
        var calls = stepCalls[pass] ?? []
        // Without a plan: guidance at every noise level.
        if calls.count != settings.steps {
            let count = 1 + (settings.guidance == 1 ? 0 : 1) + ((settings.stg ?? 0) > 0 ? 1 : 0)
            calls = Array(repeating: count, count: settings.steps)
        }
        let work = zip(calls, shares).map { Double($0) * $1 }
        let total = work.reduce(0, +)
        let tokens = Self.tokens(settings.size, frames: frames)
        let call = step(tokens: tokens, calls: 1, coverage: settings.coverage ?? 1)
        let time = call.map {
            TimeEstimate(
                seconds: $0.seconds * total, low: $0.low * total, high: $0.high * total, runs: $0.runs,
                basis: $0.basis)
        }
        return .init(stage: pass == .lr ? .lr : .hr, time: time, stepWork: work)
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
